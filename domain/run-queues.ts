import { embedQueue, imageQueue, indexQueue, modelQueue } from './queues.ts';
import { plansPictures, type RunSpec } from './run-spec.ts';
import type { RunQueues } from './workflow-contract.ts';

/** Which queue each kind of work of a run goes to. */
export function queuesOf({ models, strategy }: RunSpec): RunQueues {
  const embedding = plansPictures(strategy) ? models.embedding : null;
  const draws = strategy.name === 'imagined-keyframes' && models.image !== null;
  return {
    plan: modelQueue(models.plan.account),
    image: draws ? imageQueue(models.image.account) : null,
    answer: modelQueue(models.answer.account),
    embed: embedding === null ? null : embedQueue(embedding.model),
    index: embedding === null ? null : indexQueue(embedding.model),
  };
}

/** The environment variables whose keys the run's calls need. */
export function keysNeeded({ models, strategy }: RunSpec): string[] {
  const used = [
    models.answer,
    plansPictures(strategy) ? models.plan : null,
    strategy.name === 'imagined-keyframes' ? models.image : null,
  ];
  return [...new Set(used.flatMap((model) => model?.apiKeyEnv ?? []))];
}

import { embedQueue, imageQueue, indexQueue, mediaQueue, modelQueue } from './queues.ts';
import { paidModels, type RunSpec } from './run-spec.ts';
import { searchesFrames } from './strategy-spec.ts';
import type { RunQueues } from './workflow-contract.ts';

/** Which queue each kind of work of a run goes to. */
export function queuesOf({ models, strategy, dataset }: RunSpec): RunQueues {
  const embedding = searchesFrames(strategy) ? models.embedding : null;
  const draws = strategy.name === 'imagined-keyframes' && models.image !== null;
  return {
    plan: modelQueue(models.plan.account),
    image: draws ? imageQueue(models.image.account) : null,
    answer: modelQueue(models.answer.account),
    embed: embedding === null ? null : embedQueue(embedding.model),
    index: embedding === null ? null : indexQueue(embedding.model),
    media: dataset.media.kind === 'videos' ? mediaQueue : null,
  };
}

/** By judge, the queue of its account; null where nobody judges the run's answers. */
export function judgeQueuesOf({
  judging,
}: Pick<RunSpec, 'judging'>): Record<string, string> | null {
  if (judging === undefined) return null;
  return Object.fromEntries(
    judging.judges.map(({ judge, model }) => [judge, modelQueue(model.account)]),
  );
}

/** The environment variables whose keys judging needs. */
export function judgeKeysNeeded({ judging }: Pick<RunSpec, 'judging'>): string[] {
  const judges = judging?.judges ?? [];
  return [...new Set(judges.flatMap(({ model }) => model.apiKeyEnv ?? []))];
}

/** The environment variables whose keys the run's calls need. */
export function keysNeeded(spec: RunSpec): string[] {
  const models = Object.values(paidModels(spec));
  return [...new Set(models.flatMap(({ apiKeyEnv }) => apiKeyEnv ?? []))];
}

import { chatIdentity } from '../calls/chat-identity.ts';
import type { Config } from '../config/config.ts';
import { UsageError } from '../errors/usage-error.ts';
import { canonicalJson, sha256Hex } from '../hashing.ts';
import type { ChatModelSpec, JudgingSpec } from '../run-spec.ts';
import { judgePromptVersion } from './judge-prompt.ts';
import { judgeReplyVersion } from './judge-reply.ts';

type JudgeModel = NonNullable<Config['models']['judge']>[number];

/**
 * Who judges the run that a configuration describes; nothing where nobody does.
 *
 * @param resolve  makes a model of the configuration what a run uses
 * @throws {UsageError} when one judge is named twice
 */
export function resolveJudging(
  { models, judge }: Pick<Config, 'models' | 'judge'>,
  resolve: (use: string, model: JudgeModel) => ChatModelSpec,
): { readonly judging?: JudgingSpec } {
  if (models.judge === undefined || judge === undefined) return {};
  const judges = models.judge.map((given, index) => {
    const model = resolve(models.judge?.length === 1 ? 'judge' : `judge.${index}`, given);
    return { judge: snapshotOf(model), model };
  });
  const names = judges.map(({ judge: name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined)
    throw new UsageError(
      `models.judge: two of them are ${twice}. Nothing in which they differ changes a judgement: remove one.`,
    );
  return { judging: { judges, contracts: judge.contract, calibrationArtifact: null } };
}

/** Names a judge by its model and by everything else that its judgements depend on. */
function snapshotOf(model: ChatModelSpec): string {
  const content = canonicalJson({
    model: chatIdentity(model),
    prompts: judgePromptVersion,
    replies: judgeReplyVersion,
  });
  return `${model.model}@${sha256Hex(content).slice(0, 8)}`;
}

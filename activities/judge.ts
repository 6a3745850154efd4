import { CancelledFailure, Context } from '@temporalio/activity';
import { BudgetRefusal } from '../domain/money/budget-gate.ts';
import type { CalibrationRecord } from '../domain/judging/calibration.ts';
import { type Judged, judgePrompt } from '../domain/judging/judge-prompt.ts';
import { parseJudgeReply } from '../domain/judging/judge-reply.ts';
import type { JudgementState } from '../domain/judging/judgement.ts';
import type { ChatModelSpec, RunSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { CallOwner, CallRecord, CallStore } from '../domain/stores/call-store.ts';
import type { JudgementRecord, JudgementStore } from '../domain/stores/judgement-store.ts';
import type { RunStore } from '../domain/stores/run-store.ts';
import { sumUsage } from '../domain/money/usage.ts';
import type { JudgementRef } from '../domain/workflow-contract.ts';
import type { AskChat } from './ask-chat.ts';
import { type CachedCall, endOfTries } from './record-step.ts';
import type { RunReader } from './run-reader.ts';

export type JudgeDependencies = {
  readonly reader: Pick<RunReader, 'spec'>;
  readonly runs: Pick<RunStore, 'row'>;
  readonly judgements: Pick<JudgementStore, 'begin' | 'finish' | 'noteFailedTry'>;
  /** The records of a run's calibration set, by their hash. */
  readonly calibration: (runId: string) => Promise<ReadonlyMap<string, CalibrationRecord>>;
  readonly calls: Pick<CallStore, 'ofStep'>;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly askChat: AskChat;
};

export function createJudgeActivities(dependencies: JudgeDependencies) {
  const { judgements } = dependencies;
  return {
    /**
     * Asks a judge about one answer, or a pair, and notes what it said before it returns. A reply
     * without a judgement in it is a result. A failure that no retry can help is noted with its class;
     * where the judging itself was stopped, the judgement stays to be made.
     */
    async judgeAnswer(ref: JudgementRef): Promise<{ state: JudgementState | 'ended' }> {
      const judgement = await judgements.begin(ref.judgementId, ref.judging);
      if (judgement === null) return { state: 'ended' };
      const cached: CachedCall[] = [];
      try {
        const end = await ask(dependencies, judgement, (call) => void cached.push(call));
        const usage = await usageOf(dependencies, judgement, cached);
        await judgements.finish(judgement.id, judgement.judging, { ...end, usage });
        return { state: end.state };
      } catch (error) {
        if (error instanceof CancelledFailure || error instanceof BudgetRefusal) throw error;
        throw await noteFailure(dependencies, judgement, error);
      }
    },
  };
}
export type JudgeActivities = ReturnType<typeof createJudgeActivities>;

async function ask(
  dependencies: JudgeDependencies,
  judgement: JudgementRecord,
  noteCached: (call: CachedCall) => void,
) {
  const { reader, blobs, askChat } = dependencies;
  const { runId, dimension, redraw } = judgement;
  const spec = await reader.spec(runId);
  const { text, responseModel } = await askChat({
    owner: ownerOf(judgement),
    spec,
    model: modelOf(spec, judgement.judge),
    request: judgePrompt(dimension, await readJudged(dependencies, judgement)),
    media: [],
    redraw,
    noteCached,
    // A judgement is no step of an item: what its request was changed to is in the ledger.
    noteRemedy: () => undefined,
  });
  const artifact = await blobs.put(new TextEncoder().encode(text));
  const said = parseJudgeReply(text, dimension);
  return {
    state: said === null ? ('unparsed' as const) : ('judged' as const),
    verdict: said?.verdict ?? null,
    score: said?.score ?? null,
    artifact,
    responseModel,
    failureClass: null,
  };
}

function ownerOf({ runId, itemId, sample, judging, id }: JudgementRecord): CallOwner {
  return { runId, itemId, sample, drive: judging, step: 'judge', part: id };
}

function modelOf({ runId, judging }: RunSpec, name: string): ChatModelSpec {
  const judge = judging?.judges.find(({ judge: known }) => known === name);
  if (judge !== undefined) return judge.model;
  throw new StepError('storage', 'fail', `Run ${runId} has no judge ${name}`);
}

/** The texts to be judged: of the rows, or of the calibration set. */
async function readJudged(
  { runs, calibration }: JudgeDependencies,
  { kind, runId, itemId, sample, partnerId }: JudgementRecord,
): Promise<Judged> {
  if (kind === 'calibration') {
    const record = (await calibration(runId)).get(itemId);
    if (record !== undefined) return record.judged;
    throw new StepError('storage', 'fail', `The calibration set has no record ${itemId}`);
  }
  const answerOf = async (id: string) => {
    const row = await runs.row(runId, id, sample);
    const { gold = null, answer = null, answer_text = null, question = '' } = row ?? {};
    if (gold !== null && answer !== null) return { question, gold, answer: answer_text ?? answer };
    throw new StepError('storage', 'fail', `Item ${id} of run ${runId} has no answer to judge`);
  };
  const judged = await answerOf(itemId);
  return partnerId === null ? judged : { ...judged, second: await answerOf(partnerId) };
}

/** What the judgement used in all judgings of the run. */
async function usageOf(
  { calls }: Pick<JudgeDependencies, 'calls'>,
  judgement: JudgementRecord,
  cached: readonly CachedCall[],
) {
  const made: CallRecord[] = [];
  for (let judging = 1; judging <= judgement.judging; judging += 1)
    made.push(...(await calls.ofStep(ownerOf({ ...judgement, judging }))));
  // A reply that an earlier judging paid for and could not note is no other's.
  const isOwn = made.some(({ drive, state }) => drive < judgement.judging && state === 'usable');
  return sumUsage(made, isOwn ? [] : cached);
}

/** @returns what Temporal is to be told */
async function noteFailure(
  dependencies: JudgeDependencies,
  judgement: JudgementRecord,
  error: unknown,
): Promise<StepError> {
  const { judgements } = dependencies;
  const { id, judging, failedTries } = judgement;
  const { attempt } = Context.current().info;
  const failure = endOfTries(error, attempt, failedTries + 1);
  const { action, failureClass, stopsRun, attempts } = failure;
  const isOwnTry =
    action === 'retry' && (attempts === undefined || failureClass === 'unclassified');
  // A store that fails cannot count it: then it is tried once more.
  if (isOwnTry) await judgements.noteFailedTry(id).catch(() => undefined);
  if (action !== 'fail' || stopsRun) return failure;
  const usage = await usageOf(dependencies, judgement, []);
  const nothing = { verdict: null, score: null, artifact: null, responseModel: null };
  await judgements.finish(id, judging, { state: 'failed', ...nothing, failureClass, usage });
  return failure;
}

import {
  CancellationScope,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { JudgingActivities } from '../activities/judging.ts';
import type {
  JudgeInput,
  JudgeProgress,
  JudgeResult,
  PendingJudgement,
} from '../domain/workflow-contract.ts';
import { judgeOne } from './judge-one.ts';
import { retryPolicy } from './retry-policy.ts';

const { loadJudgements, closeJudging } = proxyActivities<JudgingActivities>({
  // Short transactions on the database; a minute covers a busy disk.
  startToCloseTimeout: '1 minute',
  // Handed out by a server that is killed in that moment, it reaches nobody.
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
});

const { planJudgements } = proxyActivities<JudgingActivities>({
  // Reads every row of the run; its heartbeats tell that it is alive.
  startToCloseTimeout: '6 hours',
  heartbeatTimeout: '15 seconds',
  retry: retryPolicy,
});

/** Judgements of one execution: the next goes on as new, so that no history grows with the run. */
const perExecution = 1000;

/** There are answers that this judging may not have seen. */
export const lookAgain = defineSignal('lookAgain');

/**
 * Judges the answers of a run: an activity per judgement, a window of them at once, page by page,
 * until nothing waits any more. A failure that stops the judging (key, quota, model gone) or a spent
 * budget ends it; what was asked by then still finishes, and the next judging goes on.
 */
export async function judgeAnswers(input: JudgeInput): Promise<JudgeResult> {
  const { runId } = input;
  const news = { isThere: false };
  setHandler(lookAgain, () => void (news.isThere = true));
  const progress: JudgeProgress = { ...(input.progress ?? (await begin(input))) };
  const close = (end: 'completed' | 'stopped' | 'cancelled' | 'failed') =>
    closeJudging({ runId, judging: progress.judging, end });
  let end: 'more' | 'completed' | 'stopped';
  try {
    end = await workOff(input, progress, news);
  } catch (error) {
    await CancellationScope.nonCancellable(() =>
      close(isCancellation(error) ? 'cancelled' : 'failed'),
    );
    throw error;
  }
  if (end === 'more') return continueAsNew<typeof judgeAnswers>({ ...input, progress });
  await close(end);
  if (news.isThere && end === 'completed')
    return continueAsNew<typeof judgeAnswers>({ ...input, redraws: false, progress: null });
  const { judging, judged, unparsed, failed } = progress;
  return { judging, judged, unparsed, failed, isStopped: end === 'stopped' };
}

async function begin({ runId, redraws }: JudgeInput): Promise<JudgeProgress> {
  const { judging } = await planJudgements({ runId, judging: null, redraws });
  return { judging, after: 0, judged: 0, unparsed: 0, failed: 0 };
}

type Work = { begun: number; open: number; isStopped: boolean };

/** Works off what waits, up to what one execution takes. */
async function workOff(
  input: JudgeInput,
  progress: JudgeProgress,
  news: { isThere: boolean },
): Promise<'more' | 'completed' | 'stopped'> {
  const { runId, redraws } = input;
  const { judging } = progress;
  const work: Work = { begun: 0, open: 0, isStopped: false };
  const allEnded = () => condition(() => work.open === 0);
  try {
    while (work.begun < perExecution) {
      const { judgements } = await loadJudgements({ runId, judging, after: progress.after });
      await beginAll(input, judgements, progress, work);
      if (judgements.length === 0 || work.isStopped) await allEnded();
      if (work.isStopped) return 'stopped';
      if (judgements.length > 0) continue;
      // Answers may have come meanwhile.
      news.isThere = false;
      const { waiting } = await planJudgements({ runId, judging, redraws });
      if (waiting === 0 && !news.isThere) return 'completed';
      progress.after = 0;
    }
    await allEnded();
    return work.isStopped ? 'stopped' : 'more';
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(allEnded);
    throw error;
  }
}

/** Begins judgements as places in the window become free, until something stops the judging. */
async function beginAll(
  input: JudgeInput,
  judgements: readonly PendingJudgement[],
  progress: JudgeProgress,
  work: Work,
): Promise<void> {
  for (const judgement of judgements) {
    await condition(() => work.isStopped || work.open < input.window);
    if (work.isStopped) return;
    progress.after = judgement.id;
    work.begun += 1;
    work.open += 1;
    void judgeOne(input, progress.judging, judgement).then(({ state, stops }) => {
      work.open -= 1;
      work.isStopped ||= stops;
      if (state !== null) progress[state] += 1;
      const { judged, unparsed, failed } = progress;
      setCurrentDetails(`${judged} judged, ${unparsed} unparsed, ${failed} failed.`);
    });
  }
}

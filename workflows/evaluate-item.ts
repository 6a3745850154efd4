import {
  ActivityCancellationType,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  TemporalFailure,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { AnswerActivities } from '../activities/answer.ts';
import type { EmbedRetrieveActivities } from '../activities/embed-retrieve.ts';
import type { GenerateActivities } from '../activities/generate.ts';
import type { PlanActivities } from '../activities/plan.ts';
import { plansPictures } from '../domain/strategy-spec.ts';
import type { ItemInput, ItemResult } from '../domain/workflow-contract.ts';
import { failureOf, isBudgetStop, itemFailure } from './item-failure.ts';
import { retryPolicy } from './retry-policy.ts';
import { attemptCount, failedStep, failKind } from './search-attributes.ts';

/**
 * One question about one video: plan -> generate x n -> embed-retrieve -> answer. A search by text
 * needs no pictures, a strategy without a search only answers. Ends as Completed (answered, unparsed), Failed with one typed
 * failure, or Canceled.
 */
export async function evaluateItem(input: ItemInput): Promise<ItemResult> {
  const { ref, strategy, queues, index, modelHash } = input;
  const steps = stepsOn(queues);
  try {
    if (index?.failure) throw itemFailure(index.failure);
    if (index !== null && modelHash !== null) {
      if (plansPictures({ name: strategy })) await makePictures(input, steps);
      const { artifact, more } = index;
      await steps.embedAndRetrieve({ ...ref, index: artifact, ...(more && { more }), modelHash });
    }
    return await steps.answerQuestion(ref);
  } catch (error) {
    if (isCancellation(error) || !(error instanceof TemporalFailure)) throw error;
    if (isBudgetStop(error)) return { outcome: 'skipped' };
    const failure = failureOf(error);
    upsertSearchAttributes([
      { key: failKind, value: failure.class },
      { key: attemptCount, value: failure.attempts },
      ...(failure.step === null ? [] : [{ key: failedStep, value: failure.step }]),
    ]);
    setCurrentDetails(`Failed with ${failure.class} after ${failure.attempts} attempts.`);
    throw itemFailure(failure);
  }
}

/** Plans the pictures to search with and, unless the reference frames themselves serve, draws them. */
async function makePictures(
  { ref, strategy }: ItemInput,
  { planImageRequests, generateImage }: ReturnType<typeof stepsOn>,
): Promise<void> {
  const { pictures } = await planImageRequests(ref);
  if (strategy !== 'imagined-keyframes') return;
  const parts = Array.from({ length: pictures }, (_, part) => part);
  const draw = (part: number) => {
    const summary = `picture ${part + 1} of ${pictures}`;
    return generateImage.executeWithOptions({ summary }, [{ ...ref, part }]);
  };
  await all(parts.map(draw));
}

/** The four steps, each on the queue of whoever can do it. */
function stepsOn(queues: ItemInput['queues']) {
  const paid = {
    // The call's own deadline is much shorter; this also covers waiting for a free place.
    startToCloseTimeout: '6 hours',
    // A lost worker is noticed within this.
    heartbeatTimeout: '15 seconds',
    // A call in flight is paid for: it finishes and its answer is kept.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: retryPolicy,
  } as const;
  const on = (taskQueue: string, summary: string) => ({ ...paid, taskQueue, summary });
  const { planImageRequests } = proxyActivities<PlanActivities>(on(queues.plan, 'plan'));
  const { generateImage } = proxyActivities<GenerateActivities>(
    on(queues.image ?? queues.plan, 'generate'),
  );
  const { embedAndRetrieve } = proxyActivities<EmbedRetrieveActivities>(
    on(queues.embed ?? queues.plan, 'embed-retrieve'),
  );
  const { answerQuestion } = proxyActivities<AnswerActivities>(on(queues.answer, 'answer'));
  return { planImageRequests, generateImage, embedAndRetrieve, answerQuestion };
}

/** Waits for all, then fails with the first failure: what the others paid for is kept. */
async function all(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

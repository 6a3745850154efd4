import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Context } from '@temporalio/activity';
import type { Step } from '../domain/outcome.ts';
import { budgetFailureType } from '../domain/workflow-contract.ts';
import { BudgetRefusal } from '../domain/money/budget-gate.ts';
import { StepError } from '../domain/errors/step-error.ts';

const stepOfActivity: Readonly<Record<string, Step>> = {
  planImageRequests: 'plan',
  generateImage: 'generate',
  checkEmbedder: 'embed-retrieve',
  indexVideo: 'embed-retrieve',
  embedAndRetrieve: 'embed-retrieve',
  answerQuestion: 'answer',
};

/** Tries of an activity that failed with something nobody foresaw. */
const surpriseAttempts = 3;

/**
 * Tells Temporal what a step's error means: its class as the failure type, whether a retry can
 * help, and when. Messages are short and hold no stack: histories are read by many.
 *
 * @param random  0 to 1, for the jitter of the backoff
 */
export function toFailure(
  error: unknown,
  about: { readonly activityType: string; readonly attempt: number },
  random: number = Math.random(),
): ApplicationFailure {
  const step = stepOfActivity[about.activityType] ?? null;
  if (error instanceof BudgetRefusal) {
    const { message } = error;
    return withoutStack(
      ApplicationFailure.create({ type: budgetFailureType, message, nonRetryable: true }),
    );
  }
  if (!(error instanceof StepError)) {
    const name = error instanceof Error ? error.name : 'error';
    return withoutStack(
      ApplicationFailure.create({
        type: 'unclassified',
        message: `Unexpected ${name} in ${about.activityType}; the worker's log has it in full`,
        nonRetryable: about.attempt >= surpriseAttempts && step !== null,
        details: [{ class: 'unclassified', step, attempts: about.attempt }],
        nextRetryDelay: backoffMs(about.attempt, random),
      }),
    );
  }
  const mayRetry = error.action === 'retry' || error.action === 'wait';
  const { failureClass, stopsRun } = error;
  const attempts = error.attempts ?? about.attempt;
  return withoutStack(
    ApplicationFailure.create({
      type: failureClass,
      message: error.message.slice(0, 300),
      nonRetryable: !mayRetry,
      details: [{ class: failureClass, step, attempts, stopsRun }],
      ...(mayRetry && { nextRetryDelay: error.retryAfterMs ?? backoffMs(about.attempt, random) }),
    }),
  );
}

/** Installed on every worker, so that activities can throw plain errors. Cancellation passes untouched. */
export const translateErrors: ActivityInterceptorsFactory = (context: Context) => ({
  inbound: {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        if (error instanceof CancelledFailure || error instanceof ApplicationFailure) throw error;
        const isForeseen = error instanceof StepError || error instanceof BudgetRefusal;
        if (!isForeseen) context.log.error('unexpected error', { error });
        throw toFailure(error, context.info);
      }
    },
  },
});

/** 1 s doubling to 60 s, times 0.5 to 1.5. */
function backoffMs(attempt: number, random: number): number {
  return Math.min(60_000, 1000 * 2 ** (attempt - 1)) * (0.5 + random);
}

function withoutStack(failure: ApplicationFailure): ApplicationFailure {
  failure.stack = '';
  return failure;
}

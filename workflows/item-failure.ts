import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';
import type { ItemFailure } from '../domain/outcome.ts';
import { budgetFailureType } from '../domain/workflow-contract.ts';

/** Reads the class, step and attempts out of the failure of an activity or of an item. */
export function failureOf(error: Error): ItemFailure {
  const cause = rootCause(error);
  if (cause instanceof ApplicationFailure) {
    const [details] = (cause.details ?? []) as [Partial<ItemFailure>?];
    return {
      class: details?.class ?? 'unclassified',
      step: details?.step ?? null,
      message: cause.message.slice(0, 300),
      attempts: details?.attempts ?? 1,
    };
  }
  return { class: 'unclassified', step: null, message: cause.message.slice(0, 300), attempts: 1 };
}

/** The failure an item's workflow ends with: one typed failure, no cause chain, no stack. */
export function itemFailure(failure: ItemFailure): ApplicationFailure {
  const { message, ...details } = failure;
  const end = ApplicationFailure.nonRetryable(message, failure.class, details);
  end.stack = '';
  return end;
}

/** Whether an activity found no room in the run's budget. */
export function isBudgetStop(error: Error): boolean {
  const cause = rootCause(error);
  return cause instanceof ApplicationFailure && cause.type === budgetFailureType;
}

function rootCause(error: Error): Error {
  const isWrapper = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  return isWrapper && error.cause instanceof Error ? rootCause(error.cause) : error;
}

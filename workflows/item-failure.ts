import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';
import { type ItemFailure, stoppingClasses } from '../domain/outcome.ts';
import { budgetFailureType } from '../domain/workflow-contract.ts';

/** Why an item failed, and whether that ends the run: nothing that is started now would end otherwise. */
export type EndingFailure = ItemFailure & { readonly stopsRun: boolean };

/** Reads the class, step and attempts out of the failure of an activity or of an item. */
export function failureOf(error: Error): EndingFailure {
  const cause = rootCause(error);
  const message = cause.message.slice(0, 300);
  const [details] = (cause instanceof ApplicationFailure ? (cause.details ?? []) : []) as [
    Partial<EndingFailure>?,
  ];
  const { class: failureClass = 'unclassified', step = null, attempts = 1 } = details ?? {};
  // Histories of 0.2 know the class alone.
  const { stopsRun = stoppingClasses.includes(failureClass) } = details ?? {};
  return { class: failureClass, step, message, attempts, stopsRun };
}

/** The failure an item's workflow ends with: one typed failure, no cause chain, no stack. */
export function itemFailure(failure: ItemFailure | EndingFailure): ApplicationFailure {
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

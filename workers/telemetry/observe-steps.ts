import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { StepError } from '../../domain/errors/step-error.ts';
import type { Observer, StepFailure, StepScope } from './observer.ts';
import { inStepScope, scopeOf } from './step-scope.ts';

/**
 * Tells observers of every attempt of an activity, and has its log lines carry run, item and step.
 * Stands inside the translation to Temporal's failures, where errors still are the step's own.
 */
export function observeSteps(observers: readonly Partial<Observer>[]): ActivityInterceptorsFactory {
  return (context: Context) => {
    let scope: StepScope | null = null;
    return {
      inbound: {
        async execute(input, next) {
          scope = scopeOf(context.info, input.args);
          if (scope === null) return next(input);
          const known = scope;
          const ends = observers.flatMap((observer) => observer.stepStarted?.(known) ?? []);
          const endAll = (failure: StepFailure): void => ends.forEach((end) => end(failure));
          try {
            const result = await inStepScope(known, () => next(input));
            endAll(null);
            return result;
          } catch (error) {
            endAll(failureOf(error));
            throw error;
          }
        },
      },
      outbound: {
        getLogAttributes: (input, next) => next({ ...input, ...logged(scope) }),
      },
    };
  };
}

function failureOf(error: unknown): StepFailure {
  if (error instanceof CancelledFailure) return null;
  if (error instanceof StepError) return { class: error.failureClass, action: error.action };
  const isTyped = error instanceof ApplicationFailure;
  return { class: 'unclassified', action: isTyped ? 'fail' : 'retry' };
}

function logged(scope: StepScope | null) {
  if (scope === null) return {};
  const { run, item, sample, step } = scope;
  return {
    run,
    ...(item !== null && { item, sample }),
    ...(step !== null && { step }),
  };
}

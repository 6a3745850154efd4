import { AsyncLocalStorage } from 'node:async_hooks';
import type { Info } from '@temporalio/activity';
import { z } from 'zod';
import type { CallStep } from '../../domain/outcome.ts';
import type { StepScope } from './observer.ts';

const running = new AsyncLocalStorage<StepScope>();

/** Runs a step so that what it calls knows which step it is. */
export function inStepScope<Result>(scope: StepScope, work: () => Promise<Result>) {
  return running.run(scope, work);
}

/** The step that this code runs in; null outside of one. */
export function currentStep(): StepScope | null {
  return running.getStore() ?? null;
}

const stepOfActivity: Readonly<Record<string, CallStep>> = {
  planImageRequests: 'plan',
  generateImage: 'generate',
  embedAndRetrieve: 'embed-retrieve',
  answerQuestion: 'answer',
  judgeAnswer: 'judge',
};

const argument = z.object({
  runId: z.string(),
  itemId: z.string().nullish(),
  sample: z.number().nullish(),
  drive: z.number().nullish(),
  part: z.number().nullish(),
});

/** The scope of an activity, from what it was given; null for one that belongs to no run. */
export function scopeOf(info: Info, args: readonly unknown[]): StepScope | null {
  const given = argument.safeParse(args[0]).data;
  if (given === undefined) return null;
  return {
    run: given.runId,
    item: given.itemId ?? null,
    sample: given.sample ?? 0,
    drive: given.drive ?? 0,
    step: stepOfActivity[info.activityType] ?? null,
    part: given.part ?? 0,
    activity: info.activityType,
    attempt: info.attempt,
    workflowId: info.workflowExecution?.workflowId ?? '',
  };
}

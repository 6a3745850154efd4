import { Context } from '@temporalio/activity';
import { StepError } from '../domain/errors/step-error.ts';
import { endOfTries } from './record-step.ts';

/** Work outside of an item's steps: what a retry could have mended and did not ends the activity. */
export async function endingSomeTime<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const { attempt } = Context.current().info;
    throw error instanceof StepError ? endOfTries(error, attempt, attempt) : error;
  }
}

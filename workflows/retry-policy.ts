import type { RetryPolicy } from '@temporalio/workflow';

/**
 * Attempts are unlimited here: waiting for a provider must not use them up, so the call layer
 * itself ends a step (a non-retryable failure) when its attempts or its waiting time are used up.
 */
export const retryPolicy: RetryPolicy = {
  initialInterval: '1 second',
  backoffCoefficient: 2,
  maximumInterval: '1 minute',
};

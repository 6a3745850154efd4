import { DefaultFailureConverter } from '@temporalio/common';

/** Puts messages and stacks of failures where the codec encrypts them; by itself it would leave them plain. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });

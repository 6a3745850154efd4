import type { Stores } from './open-stores.ts';

/** PLACE: writes the result files of runs that have an output folder. */
export function createResultFiles(_stores: Stores) {
  return async (_runId: string): Promise<void> => undefined;
}

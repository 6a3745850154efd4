import type { RunStore } from '../../domain/stores/run-store.ts';
import { createDriveItems } from './drive-items.ts';
import { createDrives } from './drives.ts';
import { createResultRows } from './result-rows.ts';
import { createJudgementTotals } from './row-judgements.ts';
import { createRunChanges } from './run-changes.ts';
import { createRunProgress } from './run-progress.ts';
import { createRunRecords } from './run-records.ts';
import { createRunSteering } from './run-steering.ts';
import type { Connection } from './schema.ts';

/** The run store: records of runs, their drives, their rows, and how far they are. */
export function createRunStore(db: Connection): RunStore {
  return {
    ...createRunRecords(db),
    ...createRunSteering(db),
    ...createDrives(db),
    ...createDriveItems(db),
    ...createResultRows(db),
    ...createRunProgress(db),
    ...createRunChanges(db),
    ...createJudgementTotals(db),
  };
}

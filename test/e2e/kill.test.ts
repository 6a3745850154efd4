import { describe, expect, it } from 'vitest';
import { e2eObstacle } from '../support/e2e-cli.ts';
import { killTargets } from './kill-audit.ts';
import { killRun } from './kill-run.ts';

// B16 and D7: a process pool whose server dies hangs; D8: a killed worker loses finished items; D10:
// a rerun pays for everything again. At full size: npx tsx test/e2e/kill-drill.ts
describe.skipIf(e2eObstacle !== null)('a run killed at random moments', () => {
  it.each(killTargets)(
    'ends with every item once and pays for nothing finished twice: kill -9 of %s (B16, D7, D8, D10)',
    async (target) => {
      const audit = await killRun({ target, items: 30, kills: 2, latencyMs: 100, seed: 3 });

      expect(audit).toMatchObject({ kills: 2, exitCode: 0, state: 'completed' });
      expect(audit).toMatchObject({ items: 30, rows: 30, distinctItems: 30 });
      expect(audit).toMatchObject({ exportedRows: 30, distinctExported: 30 });
      expect(audit.outcomes).toMatchObject({ running: 0, pending: 0, failed: 0 });
      expect(audit.paidTwiceUnlisted).toEqual([]);
      expect(audit.openIntentsNotInFlight).toBe(0);
      expect(audit.billUsd).toBeGreaterThan(audit.settledUsd - 1e-9);
      expect(audit.billUsd).toBeLessThan(audit.settledUsd + audit.openUsd + 1e-9);
    },
    120_000,
  );
});

import { describe, expect, it } from 'vitest';
import { soak } from '../chaos/soak.ts';
import { e2eObstacle } from '../support/e2e-cli.ts';

// B16 and D7: a process pool whose server dies hangs; D8: a killed worker loses finished items; D10:
// a rerun pays for everything again. At full size: npm run chaos -- soak
describe.skipIf(e2eObstacle !== null)('a run killed at random moments', () => {
  it.each(['worker', 'server', 'both'] as const)(
    'ends with every item once and pays for nothing finished twice: kill -9 of %s (B16, D7, D8, D10)',
    async (target) => {
      const report = await soak({
        seed: 3,
        items: 30,
        kills: [target, target],
        faultRate: 0,
        latencyMs: 100,
        strategy: 'imagined-keyframes',
        say: () => undefined,
      });

      expect(report).toMatchObject({ violations: [], kills: 2 });
      expect(report.outcomes).toMatchObject({ scheduled: 30, failed: 0 });
    },
    300_000,
  );
});

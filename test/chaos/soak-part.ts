import { createRandom } from '../../simulator/world/random.ts';
import type { Finding, PartOptions } from './part.ts';
import { type KillTarget, soak } from './soak.ts';
import { violated } from './violation.ts';

/** A run may take this much longer for every kill. */
const allowedPerKillS = 15;

/** A run undisturbed, then the same with kills and faults, once per round. */
export async function* soakPart(options: PartOptions): AsyncGenerator<Finding> {
  const undisturbed = await soak({ ...options, faultRate: 0, kills: [] });
  yield { name: 'undisturbed', violations: undisturbed.violations, figures: undisturbed };
  for (let round = 0; round < options.rounds; round += 1) {
    const seed = options.seed + round;
    const report = await soak({ ...options, seed, kills: drawKills({ ...options, seed }) });
    const { violations, ...figures } = report;
    const longerS = report.elapsedS - undisturbed.elapsedS;
    const allowedLongerS = allowedPerKillS * report.kills;
    yield {
      name: `seed ${seed}, ${report.kills} kills`,
      violations: [
        ...violations,
        ...violated(
          `a kill costs ${allowedPerKillS} s at most`,
          longerS <= allowedLongerS ? [] : [`${longerS} s longer, ${allowedLongerS} s allowed`],
        ),
        ...violated(
          'no error is of an unknown kind',
          (report.failures['unclassified'] ?? 0) === 0 ? [] : [JSON.stringify(report.failures)],
        ),
      ],
      figures: { ...figures, undisturbedS: undisturbed.elapsedS, longerS, allowedLongerS },
    };
  }
}

/** Whom to kill, in order. Every other kill of the server takes the worker with it. */
export function drawKills({ seed, workerKills, serverKills }: PartOptions): KillTarget[] {
  const targets: KillTarget[] = [
    ...Array.from({ length: workerKills }, () => 'worker' as const),
    ...Array.from({ length: serverKills }, (_, n) => (n % 2 === 0 ? 'server' : 'both')),
  ];
  return createRandom(`order ${seed}`).shuffle(targets);
}

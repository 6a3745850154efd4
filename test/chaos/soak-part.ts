import { createRandom } from '../../simulator/world/random.ts';
import type { Finding, PartOptions } from './part.ts';
import { type KillTarget, soak } from './soak.ts';

/** A run may take this much longer for every kill. */
const allowedPerKillS = 15;

/** The same command twice: undisturbed, and with kills and faults. */
export async function* soakPart(options: PartOptions): AsyncGenerator<Finding> {
  const { seed, workerKills, serverKills } = options;
  const undisturbed = await soak({ ...options, faultRate: 0, kills: [] });
  yield { name: 'undisturbed', violations: undisturbed.violations, figures: undisturbed };
  // Every other kill of the server takes the worker with it.
  const targets: KillTarget[] = [
    ...Array.from({ length: workerKills }, () => 'worker' as const),
    ...Array.from({ length: serverKills }, (_, n) => (n % 2 === 0 ? 'server' : 'both')),
  ];
  const kills = createRandom(`order ${seed}`).shuffle(targets);
  const report = await soak({ ...options, kills });
  const { violations, ...figures } = report;
  yield {
    name: `${report.kills} kills`,
    violations,
    figures: {
      ...figures,
      undisturbedS: undisturbed.elapsedS,
      longerS: report.elapsedS - undisturbed.elapsedS,
      allowedLongerS: allowedPerKillS * report.kills,
    },
  };
}

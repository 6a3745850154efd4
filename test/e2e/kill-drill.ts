import { parseArgs } from 'node:util';
import { killTargets, type KillTarget } from './kill-audit.ts';
import { killRun } from './kill-run.ts';

// The kill tests at full size, by hand:
//   npm run build && npx tsx test/e2e/kill-drill.ts --items 200 --kills 10 --latency 200
// Prints one audit per target, a line of JSON each.
const { values } = parseArgs({
  options: {
    items: { type: 'string', default: '200' },
    kills: { type: 'string', default: '10' },
    latency: { type: 'string', default: '200' },
    target: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

for (const target of values.target === undefined ? killTargets : [values.target as KillTarget]) {
  const audit = await killRun({
    target,
    items: Number(values.items),
    kills: Number(values.kills),
    latencyMs: Number(values.latency),
    seed: Number(values.seed),
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  process.stdout.write(`${JSON.stringify(audit)}\n`);
}

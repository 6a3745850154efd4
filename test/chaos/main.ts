import { parseArgs } from 'node:util';
import type { Finding, Part, PartOptions } from './part.ts';
import { budgetPart } from './budget.ts';
import { crashPointsPart } from './points-part.ts';
import { faultsPart } from './faults-part.ts';
import { deployPart } from './deploy.ts';
import { poisonPart } from './poison.ts';
import { disturbedPorts } from './ports.ts';
import { soakPart } from './soak-part.ts';
import { executedTwice } from './twice.ts';

// npm run chaos -- <part> ...: docs/chaos.md says what each part does.
const parts: Readonly<Record<string, Part>> = {
  points: crashPointsPart,
  soak: soakPart,
  budget: budgetPart,
  twice: () => executedTwice({ items: 10, doublings: ['one after the other', 'both at once'] }),
  ports: ({ seed }) => disturbedPorts({ seed, items: 20 }),
  embedder: (all) => crashPointsPart({ ...all, only: ['thread-running'] }),
  faults: faultsPart,
  poison: () => poisonPart({ items: 10 }),
  deploy: ({ seed }) => deployPart({ seed, items: 40 }),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    items: { type: 'string', default: '200' },
    'worker-kills': { type: 'string', default: '10' },
    'server-kills': { type: 'string', default: '2' },
    'fault-rate': { type: 'string', default: '0.1' },
    latency: { type: 'string', default: '50' },
    strategy: { type: 'string', default: 'imagined-keyframes' },
    only: { type: 'string', default: '' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(
    `npm run chaos -- [${Object.keys(parts).join(' | ')}] [options]: docs/chaos.md\n`,
  );
  process.exit(0);
}

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const options: PartOptions = {
  seed,
  rounds: Number(values.rounds),
  items: Number(values.items),
  workerKills: Number(values['worker-kills']),
  serverKills: Number(values['server-kills']),
  faultRate: Number(values['fault-rate']),
  latencyMs: Number(values.latency),
  strategy: values.strategy === 'uniform' ? 'uniform' : 'imagined-keyframes',
  only: values.only.split(',').filter(Boolean),
  say: (line) => void process.stderr.write(`${line}\n`),
};

const chosen = positionals.length === 0 ? Object.keys(parts) : positionals;
const unknown = chosen.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  options.say(`no part ${unknown.join(', ')}; there are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
options.say(`seed ${seed}`);
let broken = 0;
for (const name of chosen) {
  for await (const finding of parts[name]!(options)) {
    process.stdout.write(`${JSON.stringify({ part: name, ...finding })}\n`);
    if (finding.violations.length > 0) report(name, finding);
  }
}
options.say(broken === 0 ? 'every promise was kept' : `${broken} promises were broken`);
process.exitCode = broken === 0 ? 0 : 1;

function report(part: string, { name, violations }: Finding): void {
  broken += violations.length;
  options.say(`${part}: ${name}`);
  for (const { invariant, evidence } of violations) options.say(`  ${invariant}: ${evidence}`);
  const { seed: _, help: __, ...others } = values;
  const again = Object.entries(others).map(([flag, value]) =>
    value === '' ? '' : ` --${flag}=${value}`,
  );
  options.say(`  again: npm run chaos -- ${part} --seed=${seed}${again.join('')}`);
}

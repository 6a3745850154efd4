import { checkBounds, checkCpu } from './bounds.ts';
import { endWith } from './claims.ts';
import { measureFlat } from './flat.ts';
import { measureFlow } from './flow.ts';
import { measureLevers } from './measure-levers.ts';
import { findTemporalBinary } from '../workers/embedded/find-temporal-binary.ts';
import { UsageError } from '../domain/errors/usage-error.ts';
import { describeMachine } from './machine.ts';
import { measureTree, type TreeMeasurement } from './measure-tree.ts';
import { serverKinds } from './measured-server.ts';
import { formatReport, type BenchReport } from './report.ts';
import { measurePeers } from './peers/peers.ts';
import { measureRestart } from './restart/restart.ts';
import { measureThrottle } from './throttle/throttle.ts';
import { parseTreeRequest } from './tree-options.ts';

const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  tree,
  levers: measureLevers,
  flow: measureFlow,
  flat: measureFlat,
  restart: measureRestart,
  peers: measurePeers,
  throttle: measureThrottle,
};

/** Measures what was asked for, one server after the other. */
async function tree(args: readonly string[]): Promise<void> {
  const { strategies, baseline, json, ...options } = parseTreeRequest(args);
  const environment = process.env;
  const note = (message: string): void => console.error(message);
  const binary = await findTemporalBinary({ environment, createdBy: null, onProgress: note });
  const machine = await describeMachine(binary);
  const measurements: TreeMeasurement[] = [];
  for (const strategy of strategies) {
    for (const kind of baseline ? serverKinds : serverKinds.slice(0, 1)) {
      note(`${strategy}: ${options.items} items on the server '${kind}' ...`);
      measurements.push(await measureTree(kind, strategy, { ...options, binary: binary.path }));
    }
  }
  endWith([
    ...measurements.flatMap(checkBounds),
    ...strategies.flatMap((strategy) =>
      checkCpu(measurements.filter((measured) => measured.strategy === strategy)),
    ),
  ]);
  const command = `npm run bench -- ${args.join(' ')}`;
  const report: BenchReport = { command, machine, measurements };
  console.log(json ? JSON.stringify(report, null, 2) : formatReport(report));
}

try {
  const [name = '', ...args] = process.argv.slice(2);
  const bench = benches[name];
  if (bench === undefined)
    throw new UsageError(`npm run bench -- ${Object.keys(benches).join(' | ')} [options]`);
  await bench(name === 'tree' ? [name, ...args] : args);
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof TypeError;
  console.error(isUsage ? error.message : error);
  process.exitCode = isUsage ? 2 : 1;
}

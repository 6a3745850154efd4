import { cpus, loadavg, totalmem } from 'node:os';
import { EnvironmentError, UsageError } from '../domain/errors/usage-error.ts';
import { gflopPerPicture } from './embedding/embed-arithmetic.ts';
import { measureModel } from './embedding/embed-measure.ts';
import { parseEmbedRequest } from './embedding/embed-options.ts';
import { benchPictures } from './embedding/embed-pictures.ts';
import { embedTargets, formatMeasurement } from './embedding/embed-report.ts';

/** Measures one model after the other and prints each as soon as it is done. */
async function benchEmbed(args: readonly string[]): Promise<void> {
  const request = parseEmbedRequest(args);
  const command = `npm run bench:embed -- ${args.join(' ')}`;
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    loadBefore: loadavg()[0],
    node: process.version,
  };
  const print = (text: string): void => (request.json ? undefined : console.log(text));
  print(command);
  print(`${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.platform}`);
  const pictures = await benchPictures();
  const measurements = [];
  for (const model of request.models) {
    const measured = await measureModel(model, request, pictures);
    const gflop = await gflopPerPicture(model);
    print(formatMeasurement(measured, gflop, request.peakTflops));
    measurements.push({ ...measured, gflopPerPicture: gflop, targets: embedTargets(measured) });
  }
  if (request.json) console.log(JSON.stringify({ command, machine, measurements }, null, 2));
}

try {
  await benchEmbed(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError || error instanceof TypeError;
  console.error(isUsage || error instanceof EnvironmentError ? error.message : error);
  process.exitCode = isUsage ? 2 : error instanceof EnvironmentError ? 3 : 1;
}

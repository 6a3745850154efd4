import { z } from 'zod';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { startSimulatedProvider } from '../../simulator/server/start-simulated-provider.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { listenForInterruption, untilAborted } from '../interruption.ts';
import { printData, printNote } from '../output.ts';

/** `simulate`: the simulated provider as a server of its own, with its bill and faults. */
export async function simulate(options: {
  readonly port?: string;
  readonly bill?: string;
  readonly seed?: string;
  readonly latency?: string;
  readonly faultRate?: string;
  readonly faults?: string;
  readonly requestsPerMinute?: string;
}): Promise<ExitCode> {
  const interrupted = listenForInterruption(() => printNote('Stopping.'));
  const provider = await startSimulatedProvider({
    port: Number(options.port),
    billFile: options.bill ?? 'simulated-bill.jsonl',
    seed: Number(options.seed),
    latencyMs: { chat: Number(options.latency), image: Number(options.latency) },
    faults: {
      rate: Number(options.faultRate),
      kinds: (options.faults?.split(',') ?? []) as never[],
    },
    requestsPerMinute:
      options.requestsPerMinute === undefined ? null : Number(options.requestsPerMinute),
  }).catch((error: unknown) => {
    if (error instanceof z.ZodError) throw new UsageError(z.prettifyError(error));
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
      throw new UsageError(`Port ${options.port} is taken; choose another with --port.`);
    }
    throw error;
  });
  printData(`${provider.url}/v1`);
  printNote(
    `A simulated provider: its numbers mean nothing about real models. Bill: ${provider.url}/bill`,
  );
  await untilAborted(interrupted);
  await provider.close();
  return exitCodes.done;
}

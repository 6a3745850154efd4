import { availableParallelism } from 'node:os';
import { execa, ExecaError } from 'execa';
import { formatAddress, type ListenAddress } from '../domain/config/listen-address.ts';
import { EnvironmentError, UsageError } from '../domain/errors/usage-error.ts';

export type GpuWorkers = {
  /** `all`, or numbers such as `0,2`. */
  readonly gpus: string;
  /** The command line of one worker, after the program's name. */
  readonly args: readonly string[];
  /** Where the first serves its metrics, the others on the ports behind; null = nowhere. */
  readonly metrics: ListenAddress | null;
  readonly interrupted: AbortSignal;
  readonly onNote: (note: string) => void;
};

/**
 * Runs one worker process per GPU, each of which sees its own GPU alone: inside a process the
 * runtime cannot be kept to a share of the memory, and one that dies must not take the others along.
 * Returns when all have ended; one that fails ends the others.
 *
 * @throws {EnvironmentError} when there is no such GPU, or a worker fails
 */
export async function workerPerGpu(options: GpuWorkers): Promise<void> {
  const { args, metrics, interrupted, onNote } = options;
  const numbers = await chooseGpus(options.gpus);
  onNote(`One worker for each GPU: ${numbers.join(', ')}`);
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  interrupted.addEventListener('abort', stop);
  const script = process.argv[1] ?? '';
  // Pictures are decoded on libuv's threads: each process gets its share of the cores.
  const threads = String(Math.max(4, Math.floor(availableParallelism() / numbers.length)));
  const workers = numbers.map(async (number, index) => {
    const worker = execa(process.execPath, [...process.execArgv, script, ...args], {
      env: {
        UV_THREADPOOL_SIZE: threads,
        ...process.env,
        CUDA_VISIBLE_DEVICES: String(number),
        ...(metrics !== null && {
          VIDEOQA_METRICS: formatAddress({ ...metrics, port: metrics.port + index }),
        }),
      },
      stdio: 'inherit',
      reject: false,
    });
    stopping.signal.addEventListener('abort', () => worker.kill('SIGINT'));
    const { exitCode } = await worker;
    if (stopping.signal.aborted) return;
    stop();
    throw new EnvironmentError(`The worker of GPU ${number} ended with exit code ${exitCode}.`);
  });
  const ends = await Promise.allSettled(workers);
  interrupted.removeEventListener('abort', stop);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/**
 * The numbers of the GPUs to use.
 *
 * @throws {UsageError} when the list is no list of numbers
 * @throws {EnvironmentError} when the machine lacks one of them
 */
export async function chooseGpus(wanted: string): Promise<number[]> {
  if (wanted !== 'all' && !/^\d+(,\d+)*$/.test(wanted)) {
    throw new UsageError(`--gpus is ${wanted}; it takes all, or numbers such as 0,1`);
  }
  const present = await presentGpus();
  if (wanted === 'all') return present;
  const numbers = wanted.split(',').map(Number);
  const missing = numbers.filter((number) => !present.includes(number));
  if (missing.length === 0) return [...new Set(numbers)];
  throw new EnvironmentError(
    `This machine has no GPU ${missing.join(', ')}; \`nvidia-smi -L\` lists ${present.join(', ')}.`,
  );
}

async function presentGpus(): Promise<number[]> {
  try {
    const { stdout } = await execa('nvidia-smi', ['--query-gpu=index', '--format=csv,noheader']);
    const numbers = stdout.split('\n').map((line) => Number(line.trim()));
    if (numbers.length > 0 && numbers.every(Number.isInteger)) return numbers;
    throw new EnvironmentError('`nvidia-smi` lists no GPU. Leave out --gpus to embed on the CPU.');
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw new EnvironmentError(
      '`nvidia-smi` cannot be run, so the GPUs are not known. Install the NVIDIA driver, or leave ' +
        'out --gpus: --device webgpu, coreml or dml use other GPUs.',
      { cause: error },
    );
  }
}

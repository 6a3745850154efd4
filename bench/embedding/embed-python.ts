import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';

export type PythonEngine = 'torch' | 'onnxruntime';

/** What measure.py says about itself. */
export type PythonVersions = {
  readonly python: string;
  readonly torch: string;
  readonly transformers: string;
  readonly onnxruntime: string;
  readonly torchThreads: number;
  /** Whether PyTorch has the very weights of the ONNX file. */
  readonly isSameModel: boolean;
};

/** PyTorch and ONNX Runtime in a Python process that is idle between requests. */
export type PythonEngines = {
  readonly versions: PythonVersions;
  /** Seconds for so many pictures. */
  round(engine: PythonEngine, pictures: number): Promise<number>;
  /** The vector of a file of prepared float32 pixels. */
  vector(engine: PythonEngine, pixelFile: string): Promise<number[]>;
  close(): void;
};

/** Compiled files lie in dist/bench/embedding. */
const script = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? 'measure.py' : '../../../bench/embedding/measure.py',
    import.meta.url,
  ),
);

/** @throws {EnvironmentError} when that Python lacks a library */
export async function openPython(
  python: string,
  model: string,
  device: string,
  batch: number,
): Promise<PythonEngines> {
  const child = spawn(
    python,
    [script, '--model', model, '--device', device, '--batch', `${batch}`],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  failed.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <Reply>(): Promise<Reply> => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (!done) return JSON.parse(value) as Reply;
    throw new EnvironmentError(
      `${python} could not run ${script}; it needs torch, transformers, onnxruntime and numpy`,
    );
  };
  const ask = <Reply>(request: string): Promise<Reply> => {
    child.stdin.write(`${request}\n`);
    return next<Reply>();
  };
  return {
    versions: await next<PythonVersions>(),
    round: async (engine, pictures) =>
      (await ask<{ seconds: number }>(`round ${engine} ${pictures}`)).seconds,
    vector: async (engine, pixelFile) =>
      (await ask<{ vector: number[] }>(`vector ${engine} ${pixelFile}`)).vector,
    close: () => child.stdin.end(),
  };
}

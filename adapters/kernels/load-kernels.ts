import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from '../../domain/errors/usage-error.ts';
import type { KernelExports } from './kernel-exports.ts';

/** The kernels on a memory of their own, which goes when nothing refers to it any more. */
export type Kernels = {
  readonly run: KernelExports;
  /** The memory, whole. It never grows, so views of it stay valid. */
  readonly buffer: ArrayBuffer;
  /** The first byte that is the caller's; a multiple of 64. */
  readonly dataStart: number;
};

const isSource = import.meta.url.endsWith('.ts');

/** Where `npm run build` puts the compiled kernels. */
const builtKernelsPath = fileURLToPath(
  new URL(isSource ? '../../dist/kernels.wasm' : '../../kernels.wasm', import.meta.url),
);

/** What is used of it: Node's types leave WebAssembly to the browser's. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

let compiled: object | undefined;

/**
 * Instantiates the WebAssembly kernels; the module is read and compiled once per process.
 *
 * @param byteLength  room that the caller needs from `dataStart` on, zeroed
 * @throws {EnvironmentError} when the kernels are not built
 * @throws {RangeError} when the machine does not give that much memory; 4 GiB is the most
 */
export function loadKernels(byteLength: number): Kernels {
  compiled ??= compileKernels();
  const run = new WebAssembly.Instance(compiled).exports as KernelExports;
  const dataStart = run.dataStart();
  const missing = dataStart + byteLength - run.memory.buffer.byteLength;
  try {
    if (missing > 0) run.memory.grow(Math.ceil(missing / pageBytes));
  } catch (cause) {
    const gibibytes = (byteLength / 1024 ** 3).toFixed(2);
    throw new RangeError(`there is no memory for ${gibibytes} GiB in one piece (at most 4)`, {
      cause,
    });
  }
  return { run, buffer: run.memory.buffer, dataStart };
}

const pageBytes = 64 * 1024;

function compileKernels(): object {
  try {
    return new WebAssembly.Module(readFileSync(builtKernelsPath));
  } catch (cause) {
    throw new EnvironmentError(
      `The compiled kernels (${builtKernelsPath}) cannot be loaded; make them with: npm run build`,
      { cause },
    );
  }
}

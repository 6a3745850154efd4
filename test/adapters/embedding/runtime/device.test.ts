import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  deviceErrorOf,
  saysOutOfMemory,
} from '../../../../adapters/embedding/runtime/device-errors.ts';
import { threadsPerRun } from '../../../../adapters/embedding/runtime/device-threads.ts';
import { requireDevice } from '../../../../adapters/embedding/runtime/device-use.ts';
import { openEmbedder } from '../../../../adapters/embedding/embedder.ts';
import { openInference } from '../../../../adapters/embedding/runtime/inference.ts';
import { EnvironmentError } from '../../../../domain/errors/usage-error.ts';
import { modelFolder } from '../pictures.ts';

const isLinux = process.platform === 'linux';

describe('a device that is not there', () => {
  it.skipIf(!isLinux || hasCudaLibrary())(
    'cuda: says how to fetch the libraries and does not fall back',
    async () => {
      const opening = openEmbedder({
        modelId: 'test/plain',
        path: modelFolder('plain'),
        device: 'cuda',
      });

      await expect(opening).rejects.toBeInstanceOf(EnvironmentError);
      await expect(opening).rejects.toThrow(
        /ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node.*cuDNN 9/,
      );
    },
  );

  it.skipIf(!isLinux).each(['coreml', 'dml'] as const)(
    '%s: says where it exists',
    async (device) => {
      const opening = openEmbedder({ modelId: 'test/plain', path: modelFolder('plain'), device });

      await expect(opening).rejects.toBeInstanceOf(EnvironmentError);
      await expect(opening).rejects.toThrow(/exists on (macOS|Windows)/);
    },
  );

  it('webgpu: names the loader and the driver', () => {
    const refusal = new Error(
      '/src/webgpu_context.cc:136 status was false. Failed to get a WebGPU adapter: No supported adapters',
    );

    expect(deviceErrorOf('webgpu', refusal)?.message).toMatch(
      /cannot be used: Failed to get a WebGPU adapter.*libvulkan\.so\.1.*driver/,
    );
  });

  it('leaves a damaged model to be reported as such', () => {
    expect(deviceErrorOf('cuda', new Error('Protobuf parsing failed.'))).toBeUndefined();
  });
});

describe('the device that really ran a model', () => {
  it('is read from the runtime itself, and another one is refused by name', async () => {
    const inference = await openInference({
      modelPath: join(modelFolder('plain'), 'onnx/vision_model.onnx'),
      device: 'cpu',
      threads: 1,
      outputNames: ['pooler_output'],
      warmUp: [
        {
          name: 'pixel_values',
          type: 'float32',
          values: new Float32Array(3 * 32 * 32),
          dims: [1, 3, 32, 32],
        },
      ],
    });
    await inference.close();

    expect(() => requireDevice('cpu', inference.deviceUse)).not.toThrow();
    expect(() => requireDevice('cuda', inference.deviceUse)).toThrow(
      /was to run on cuda, but CPUExecutionProvider ran .*Conv/,
    );
  });

  it('may leave the bookkeeping of shapes to the CPU, but must run something', () => {
    const onBoth = { CPUExecutionProvider: 4, CUDAExecutionProvider: 90 };
    const computing = { CUDAExecutionProvider: ['MatMul'] };

    expect(() => requireDevice('cuda', { nodes: onBoth, computing })).not.toThrow();
    expect(() => requireDevice('cuda', { nodes: {}, computing: {} })).toThrow(/no node ran/);
  });
});

describe('running out of memory', () => {
  it.each([
    'Non-zero status code returned while running Conv node. bfc_arena.cc:360 void* ' +
      'onnxruntime::BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 603979776',
    'CUDA failure 2: out of memory ; GPU=0',
    'Array buffer allocation failed',
  ])('is recognised: %s', (message) => {
    expect(saysOutOfMemory(message)).toBe(true);
    expect(deviceErrorOf('cuda', new Error(message))?.message).toMatch(/too little free memory/);
  });
});

describe('the threads of a run', () => {
  it.each([
    ['one per core', { siblings: ['0', '1', '2', '3'] }, 4, 4],
    ['one per two logical cores', { siblings: ['0-1', '0-1', '2-3', '2-3'] }, 4, 2],
    ['no more than the process may use', { siblings: ['0', '1', '2', '3'] }, 2, 2],
    ["no more than a container's share", { siblings: ['0', '1'], share: '150000 100000' }, 16, 2],
    ['all without a limit', { siblings: ['0', '1'], share: 'max 100000' }, 2, 2],
    ['all where the system says nothing', {}, 3, 3],
  ])('are %s', async (_, machine, logicalCores, threads) => {
    expect(threadsPerRun(logicalCores, await describedSystem(machine))).toBe(threads);
  });
});

/** A folder like Linux's /sys. */
async function describedSystem(machine: {
  siblings?: readonly string[];
  share?: string;
}): Promise<string> {
  const system = await mkdtemp(join(tmpdir(), 'system-'));
  onTestFinished(() => rm(system, { recursive: true }));
  for (const [core, list] of (machine.siblings ?? []).entries()) {
    const folder = join(system, `devices/system/cpu/cpu${core}/topology`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'thread_siblings_list'), list);
  }
  if (machine.share !== undefined) {
    await mkdir(join(system, 'fs/cgroup'), { recursive: true });
    await writeFile(join(system, 'fs/cgroup/cpu.max'), machine.share);
  }
  return system;
}

function hasCudaLibrary(): boolean {
  const runtime = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  return existsSync(join(runtime, 'bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so'));
}

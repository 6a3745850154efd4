import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentError, UsageError } from '../../domain/errors/usage-error.ts';
import { chooseGpus } from '../../workers/gpu-processes.ts';

const path = process.env['PATH'] ?? '';
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-gpus-'));
});
afterEach(async () => {
  process.env['PATH'] = path;
  await rm(folder, { recursive: true });
});

/** Puts a program in the place of NVIDIA's, which says what it would on a machine with these GPUs. */
async function machineWith(output: string): Promise<void> {
  const program = join(folder, 'nvidia-smi');
  await writeFile(program, `#!/bin/sh\nprintf '${output}'\n`);
  await chmod(program, 0o755);
  process.env['PATH'] = `${folder}${delimiter}${path}`;
}

describe('chooseGpus', () => {
  it('takes all that the machine has', async () => {
    await machineWith('0\\n1\\n2\\n');

    expect(await chooseGpus('all')).toEqual([0, 1, 2]);
  });

  it('takes those that are named, each once', async () => {
    await machineWith('0\\n1\\n2\\n');

    expect(await chooseGpus('2,0,2')).toEqual([2, 0]);
  });

  it('refuses a GPU that is not there, and names those that are', async () => {
    await machineWith('0\\n1\\n');

    await expect(chooseGpus('1,5')).rejects.toThrow(/no GPU 5.*0, 1/);
  });

  it('says how to embed without one where there is no driver', async () => {
    process.env['PATH'] = folder;

    await expect(chooseGpus('all')).rejects.toThrow(EnvironmentError);
    await expect(chooseGpus('all')).rejects.toThrow(/leave out --gpus/);
  });

  it.each(['', 'two', '0,', '-1', '0;1'])('refuses --gpus %s', async (gpus) => {
    await expect(chooseGpus(gpus)).rejects.toThrow(UsageError);
  });
});

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadKernels } from '../../../adapters/kernels/load-kernels.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

describe('loadKernels', () => {
  it('gives every caller a zeroed memory of its own with the room it asked for', () => {
    const byteLength = 1_000_003;
    const first = loadKernels(byteLength);
    new Uint8Array(first.buffer, first.dataStart, byteLength).fill(7);

    const second = loadKernels(byteLength);

    const bytes = new Uint8Array(second.buffer, second.dataStart, byteLength);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(second.dataStart % 64).toBe(0);
  });

  it('computes with SIMD on the values that lie in its memory', () => {
    const { run, buffer, dataStart } = loadKernels(3 * 64 + 8);
    const rows = new Int16Array(buffer, dataStart, 2 * 32);
    rows.forEach((_, at) => (rows[at] = at));
    new Int16Array(buffer, dataStart + 128, 32).fill(-2);

    run.multiplyRows(dataStart, 2, 32, dataStart + 128, dataStart + 192);

    expect([...new Int32Array(buffer, dataStart + 192, 2)]).toEqual([-992, -3040]);
  });

  it('refuses more than WebAssembly can address', () => {
    expect(() => loadKernels(4 * 1024 ** 3)).toThrow(/no memory for 4.00 GiB/);
  });

  it('names the build when the compiled kernels are missing', () => {
    const copy = mkdtempSync(join(tmpdir(), 'videoqa-kernels-'));
    for (const file of ['adapters/kernels', 'domain/errors/usage-error.ts', 'package.json']) {
      cpSync(join(root, file), join(copy, file), { recursive: true });
    }
    const script = `import('${copy}/adapters/kernels/load-kernels.ts').then((m) => {
      try { m.loadKernels(1); } catch (error) { console.log(error.name + ': ' + error.message); }
    });`;

    const said = execFileSync(process.execPath, ['--import', 'tsx', '--eval', script], {
      cwd: root,
      encoding: 'utf8',
    });
    rmSync(copy, { recursive: true });

    expect(said).toMatch(/^EnvironmentError: .*dist\/kernels\.wasm\).*npm run build/);
  });
});

import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSpec } from '../../domain/run-spec.ts';
import type { RunRecord } from '../../domain/stores/run-store.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { createResultFiles, refuseForeignResults } from '../../workers/result-files.ts';
import { sampleRun, sampleSpec } from '../results/sample-run.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'videoqa-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function specOf(runId: string, overwrite = false): RunSpec {
  const spec = sampleSpec('uniform', runId);
  return { ...spec, output: { directory: folder, overwrite } };
}

describe('before anything is paid', () => {
  it('takes the names for the run, again and again', async () => {
    await refuseForeignResults(specOf('first'));
    await refuseForeignResults(specOf('first'));
    expect(await readdir(folder)).toHaveLength(1);
  });

  it("refuses another run's files unless they may be replaced", async () => {
    await refuseForeignResults(specOf('first'));

    await expect(refuseForeignResults(specOf('second'))).rejects.toThrow(/belongs to run first/);
    await refuseForeignResults(specOf('second', true));
    await expect(refuseForeignResults(specOf('first'))).rejects.toBeInstanceOf(UsageError);
  });

  it('refuses a folder that is a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    const spec = { ...specOf('first'), output: { directory: file, overwrite: false } };
    await expect(refuseForeignResults(spec)).rejects.toThrow(UsageError);
  });

  it('asks nothing of a run without an output folder', async () => {
    await refuseForeignResults(sampleSpec('uniform'));
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('while the run is at work', () => {
  /** Only what is read before the files are written. */
  const storesOf = (run: RunRecord) =>
    ({
      runs: {
        get: async () => run,
        counts: async () => ({ scheduled: 10, running: 0, pending: 0 }),
        rows: async function* () {},
        markOutput: async () => undefined,
      },
      blobs: {},
    }) as unknown as Parameters<typeof createResultFiles>[0];

  it('tells once that the files cannot be written, and lets the run go on', async () => {
    await refuseForeignResults(specOf('other'));
    const warnings: string[] = [];
    const keep = createResultFiles(storesOf(sampleRun(specOf('mine'))), (text) =>
      warnings.push(text),
    );

    await keep('mine');
    await keep('mine');

    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('videoqa export mine --format original');
  });

  it('writes once the trouble is mended', async () => {
    const keep = createResultFiles(storesOf(sampleRun(specOf('mine'))), () => undefined);
    const file = join(folder, '.qwen_qwen-vl_questions_image_retrieval_8frames.run.json');
    await writeFile(file, '{"runId":"other"}');
    await keep('mine');
    await rm(file);

    await keep('mine');

    expect(await readdir(folder)).toContain(
      'qwen_qwen-vl_questions_image_retrieval_8frames_results.json',
    );
  });
});

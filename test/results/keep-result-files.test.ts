import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createResultFileKeeper } from '../../results/keep-result-files.ts';
import { sampleItem, sampleRow, sampleRun, sampleSpec } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-files-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A run of 25 items of which some have ended. */
function runWith(ended: number, driveIsOpen: boolean) {
  const ids = Array.from({ length: 25 }, (_, i) => `q${i}`);
  const spec = { ...sampleSpec(), output: { directory, overwrite: false } };
  const { runs, blobs } = sampleStores({
    rows: ids.slice(0, ended).map((id) => sampleRow(id, 'B')),
    items: ids.map((id) => sampleItem(id)),
    texts: ['reply B'],
  });
  return { blobs, runs: { ...runs, get: async () => sampleRun(spec, { driveIsOpen }) } };
}

async function recordsWritten(): Promise<number | null> {
  const file = join(directory, 'qwen_qwen-vl_questions_image_retrieval_8frames_results.json');
  const text = await readFile(file, 'utf8').catch(() => null);
  return text === null ? null : (JSON.parse(text) as unknown[]).length;
}

it('B17: writes the files at every tenth ended item and at the end', async () => {
  let now = runWith(0, true);
  const marked: string[] = [];
  const keep = createResultFileKeeper({
    blobs: now.blobs,
    runs: {
      get: () => now.runs.get(),
      counts: () => now.runs.counts(),
      rows: () => now.runs.rows(),
      markOutput: async (_, folder) => void marked.push(folder),
    },
  });
  const after = async (ended: number, driveIsOpen: boolean) => {
    now = runWith(ended, driveIsOpen);
    await keep('sample-1');
    return recordsWritten();
  };

  expect(await after(9, true)).toBeNull();
  await after(10, true);
  await expect.poll(recordsWritten, { timeout: 20_000 }).toBe(10);
  expect(await after(19, true)).toBe(10);
  expect(await after(25, false)).toBe(25);
  expect(marked).toContain(directory);
});

it('writes nothing for a run without an output folder', async () => {
  const { runs, blobs } = runWith(25, false);
  const get = async () => sampleRun(sampleSpec());
  const keep = createResultFileKeeper({
    blobs,
    runs: { ...runs, get, markOutput: async () => undefined },
  });

  await keep('sample-1');

  expect(await recordsWritten()).toBeNull();
});

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Row } from '../../domain/row.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { claimOriginalFiles, exportOriginal } from '../../results/export-original.ts';
import { artifactOf, failedRow, sampleRow, sampleSpec, shownAt } from './sample-run.ts';
import { sampleStores } from './sample-stores.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-export-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const prefix = 'qwen_qwen-vl_questions_image_retrieval_8frames';
const written = (name: string) => readFile(join(directory, `${prefix}_${name}.json`), 'utf8');

const inFull = (itemId: string, answer: string | null): Row => ({
  ...sampleRow(itemId, answer, { reply_artifact: artifactOf('Le café est là.') }),
  source: { key: 'v1', uid: itemId, question: 'Où est le café ?', answer: 'B', minutes: 3 },
  planned: [
    { asked_frame_id: 7, used_frame_id: 8, prompt: 'a café' },
    { asked_frame_id: 9, used_frame_id: 9, prompt: 'a car' },
  ],
  generated: [
    { artifact: artifactOf('picture'), source: 'generated', width: 64, height: 36 },
    { artifact: artifactOf('frame'), source: 'reference', width: 64, height: 36 },
  ],
  shown: [shownAt(2, 2), shownAt(10, 10)],
});

const exported = (
  rows: readonly Row[],
  options: { spec?: RunSpec; overwrite?: boolean; media?: boolean } = {},
) => {
  const { spec = sampleSpec(), overwrite = false, media: withPictures = false } = options;
  const texts = ['reply B', 'reply A', 'reply null', 'Le café est là.', 'picture'];
  const media = { kind: 'frames', folder: join(directory, 'frames'), frameTime: null } as const;
  return exportOriginal(
    sampleStores({ rows, texts }),
    { ...spec, dataset: { ...spec.dataset, media } },
    { directory, overwrite, media: withPictures },
  );
};

describe('exportOriginal', () => {
  it('B17: writes a full record on top of the item, field by field as the original does', async () => {
    await mkdir(join(directory, 'frames', 'v1'), { recursive: true });
    await writeFile(join(directory, 'frames', 'v1', 'frame_0002.jpg'), '');

    await exported([inFull('q1', 'B')]);

    const frames = join(directory, 'frames', 'v1');
    expect(await written('results')).toBe(`[
    {
        "key": "v1",
        "uid": "q1",
        "question": "Où est le café ?",
        "answer": "B",
        "minutes": 3,
        "workflow_steps": {
            "step1_planning_requests": [
                {
                    "reference_image_id": 7,
                    "prompt": "a café"
                },
                {
                    "reference_image_id": 9,
                    "prompt": "a car"
                }
            ],
            "step2_generated_images": [
                "generated_images/v1/q1/generated_frame_1_ref_8.jpg",
                "${join(frames, 'frame_9.jpg')}"
            ],
            "step2_retrieved_frame_paths": [
                "${join(frames, 'frame_0002.jpg')}",
                "${join(frames, 'frame_10.jpg')}"
            ],
            "step3_final_reasoning_and_answer": "Le café est là."
        },
        "model_answer": "B",
        "is_correct": true
    }
]`);
  });

  it('writes an unparsed item in full without a model answer, a failed one as its error', async () => {
    await exported([sampleRow('q1', null), failedRow('q2', 'timeout')]);

    const records = JSON.parse(await written('results')) as Record<string, unknown>[];
    expect(records[0]).toMatchObject({ uid: 'q1', model_answer: null, is_correct: false });
    expect(records[0]).toHaveProperty(
      'workflow_steps.step3_final_reasoning_and_answer',
      'reply null',
    );
    expect(Object.keys(records[1]!)).toEqual(['key', 'uid', 'error', 'traceback']);
    expect(records[1]).toMatchObject({ key: 'v1', uid: 'q2', error: 'timeout: The call failed' });
  });

  it('keeps the order of the dataset', async () => {
    await exported([sampleRow('q3', 'B'), failedRow('q1', 'timeout'), sampleRow('q2', 'A')]);

    const records = JSON.parse(await written('results')) as { uid: string }[];
    expect(records.map(({ uid }) => uid)).toEqual(['q3', 'q1', 'q2']);
  });

  it('B18: divides by the full records in the metrics, as the original does', async () => {
    const { metrics } = await exported([
      sampleRow('q1', 'B'),
      sampleRow('q2', 'A'),
      sampleRow('q3', null),
      failedRow('q4', 'timeout'),
    ]);

    expect(await written('metrics')).toBe(metrics);
    expect(JSON.parse(metrics)).toEqual({
      total_samples: 4,
      answered_samples: 3,
      correct_answers: 1,
      accuracy: 1 / 3,
    });
  });

  it.each([
    ['every item failed', [failedRow('q1', 'timeout')], '{\n    "accuracy": 0.0\n}'],
    ['there is no item yet', [], '{\n    "accuracy": 0.0\n}'],
  ])('writes accuracy 0.0 alone when %s', async (_, rows, metrics) => {
    expect((await exported(rows)).metrics).toBe(metrics);
  });

  it('writes whole numbers as Python does', async () => {
    expect((await exported([sampleRow('q1', 'B')])).metrics).toContain('"accuracy": 1.0\n');
  });

  it('D2: keeps the pictures of two questions on one video apart', async () => {
    const { pictures } = await exported([inFull('q1', 'B'), inFull('../q2', 'B')], { media: true });

    const folder = join(directory, 'generated_images', 'v1');
    const items = (await readdir(folder)).toSorted();
    expect(items).toEqual([expect.stringMatching(/^__q2-[0-9a-f]{16}$/), 'q1']);
    expect(pictures).toBe(2);
    expect(await readdir(join(folder, 'q1'))).toEqual(['generated_frame_1_ref_8.jpg']);
    const bytes = await readFile(join(folder, 'q1', 'generated_frame_1_ref_8.jpg'), 'utf8');
    expect(bytes).toBe('picture');
  });

  it("refuses to mix pictures with another run's, also under other file names", async () => {
    await exported([inFull('q1', 'B')], { media: true });
    const spec = sampleSpec('uniform', 'other-1');
    const fewer = { ...spec, strategy: { ...spec.strategy, initialFrames: 4 } };

    const again = exported([inFull('q1', 'B')], { spec: fewer, media: true });
    await expect(again).rejects.toThrow(/generated_images belongs to run sample-1/);
    await exported([inFull('q1', 'B')], { spec: fewer, media: true, overwrite: true });
  });

  it('D28: leaves the old file whole when writing a new one fails half-way', async () => {
    await exported([sampleRow('q1', 'B')]);
    const before = await written('results');

    const gone = sampleRow('q2', 'B', { reply_artifact: artifactOf('never stored') });
    await expect(exported([sampleRow('q1', 'B'), gone])).rejects.toThrow('no blob');

    expect(await written('results')).toBe(before);
    expect((await readdir(directory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it("refuses another run's files until it may overwrite them", async () => {
    await exported([sampleRow('q1', 'B')]);
    const other = sampleSpec('uniform', 'other-1');

    await expect(exported([], { spec: other })).rejects.toThrow(UsageError);
    await expect(exported([], { spec: other })).rejects.toThrow(
      /belongs to run sample-1.*--overwrite/,
    );
    expect(await written('results')).toContain('"uid": "q1"');

    await exported([], { spec: other, overwrite: true });
    expect(await written('results')).toBe('[]');
    await expect(exported([])).rejects.toThrow('belongs to run other-1');
  });

  it('refuses files that no run of ours wrote', async () => {
    await writeFile(join(directory, `${prefix}_results.json`), '[]');

    await expect(exported([sampleRow('q1', 'B')])).rejects.toThrow('was not written by this run');
  });

  it('takes the names before anything is paid for', async () => {
    const spec = sampleSpec();
    await claimOriginalFiles(spec, { directory, overwrite: false });

    const other = { ...spec, runId: 'other-1' };
    await expect(claimOriginalFiles(other, { directory, overwrite: false })).rejects.toThrow(
      'belongs to run sample-1',
    );
    await claimOriginalFiles(spec, { directory, overwrite: false });
  });
});

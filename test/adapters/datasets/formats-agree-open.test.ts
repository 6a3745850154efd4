import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { convertIgvlm } from '../../../adapters/datasets/convert-igvlm.ts';
import { readDataset } from '../../../adapters/datasets/read-dataset.ts';
import {
  annotationsFolder,
  hasAnnotations,
  placeFiles,
  withoutSource,
} from '../../support/dataset-files.ts';

async function itemsOf(format: string, path: string) {
  const { items, problems } = await readDataset({ format, path });
  expect(problems.filter(({ severity }) => severity === 'fatal')).toEqual([]);
  return items.map(({ item, videos }) => ({ ...withoutSource(item), videos }));
}

describe.skipIf(!hasAnnotations)('two layouts of one set (skipped without the real files)', () => {
  it('are the same items, but for the questions with a line break that IG-VLM damaged', async () => {
    const pair = await itemsOf(
      'activitynet-qa',
      join(annotationsFolder, 'activitynet-qa/test_q.subset.json'),
    );
    const table = await itemsOf(
      'activitynet-qa',
      join(annotationsFolder, 'ig-vlm/ActivityNet_QA.subset.csv'),
    );

    const damaged = table.flatMap((item, index) =>
      item.question === pair[index]?.question ? [] : [{ ...item, index }],
    );
    const isWhole = (_: unknown, index: number) => damaged.every((item) => item.index !== index);
    expect(pair.filter(isWhole)).toEqual(table.filter(isWhole));
    expect(pair).toHaveLength(table.length);
    // Two of the three are in the kept part of the files.
    expect(damaged).toHaveLength(2);
    for (const { index, question, ...others } of damaged) {
      const { question: official, ...whole } = pair[index]!;
      expect(others).toEqual(whole);
      expect(question.replace(/^\d+,/, '')).toBe(official);
    }
  });

  it.each([
    ['activitynet-qa', 'ActivityNet_QA', 'test'],
    ['msvd-qa', 'MSVD_QA', 'val'],
    ['msrvtt-qa', 'MSRVTT_QA', 'val'],
    ['tgif-qa', 'TGIF_FrameQA', 'val'],
  ])('%s is the same from %s and from the pair that it is converted to', async (format, name) => {
    const table = join(annotationsFolder, `ig-vlm/${name}.subset.csv`);
    const [questions = ''] = await convertIgvlm(table, await placeFiles({}));

    const ours = await itemsOf(format, questions);

    expect(ours).toEqual(await itemsOf(format, table));
    expect(await readFile(questions, 'latin1')).toMatch(/^[\n -~]+$/);
  });
});

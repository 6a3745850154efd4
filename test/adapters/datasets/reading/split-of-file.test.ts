import { expect, it } from 'vitest';
import { loadFormat } from '../../../../adapters/datasets/load-formats.ts';
import { splitOfName } from '../../../../adapters/datasets/reading/split-of-file.ts';

it.each([
  ['msvd-qa', 'ig-vlm/MSVD_QA.subset.csv', 'val'],
  ['msvd-qa', 'test_q.json', 'test'],
  ['msrvtt-qa', 'MSRVTT_QA.csv', 'val'],
  ['activitynet-qa', 'ActivityNet_QA.csv', 'test'],
  ['tgif-qa', 'TGIF_FrameQA.csv', 'test'],
  ['tgif-qa', 'Train_frameqa_question.tsv', 'train'],
  ['igvlm', 'NExT_QA.csv', 'val'],
  ['igvlm', 'EgoSchema.csv', null],
  ['mlvu', 'MLVU_dev/test-00000-of-00001.parquet', 'dev'],
  ['mlvu', 'MLVU_Test/data', 'test'],
  ['mlvu', 'elsewhere/test-00000-of-00001.parquet', null],
  ['nextqa', 'val.csv', 'val'],
])('%s: the questions of %s are of the split %j', async (name, path, split) => {
  const { splitOf = splitOfName } = await loadFormat(name);

  expect(splitOf(path)).toBe(split);
});

import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readConfig } from '../../adapters/config-files/read-config.ts';
import { prepareRun } from '../../cli/prepare-run.ts';
import { placeFiles } from '../support/dataset-files.ts';

const config = `
name: judged
dataset:
  format: original
  path: items.json
  frames: frames
  missingMedia: leave-out
models:
  answer: { provider: openai-compatible, baseUrl: "http://127.0.0.1:1/v1", model: a, price: { inputPerM: 0, outputPerM: 0 } }
  judge: { provider: openai-compatible, baseUrl: "http://127.0.0.1:1/v1", model: j, price: { inputPerM: 0, outputPerM: 0 } }
strategy: { name: uniform }
judge: { contract: yes-no-score }
`;

async function refusalOf(records: readonly object[]): Promise<string> {
  const folder = await placeFiles({
    'run.yaml': config,
    'items.json': records,
    'frames/other/frame_1.jpg': 'x',
  });
  const surroundings = { simulatedBaseUrl: null, overwrite: false };
  const prepared = prepareRun(await readConfig(join(folder, 'run.yaml')), surroundings);
  const message = await prepared.then(
    () => 'it would start',
    (error: Error) => error.message,
  );
  return message.replaceAll(`${folder}/`, '');
}

it('says that no video is there, and not that a judge has nothing to do without them', async () => {
  const records = ['a', 'b'].map((key) => ({ key, uid: key, question: 'Who?', answer: 'He' }));

  expect(await refusalOf(records)).toBe(
    'one problem, nothing was started and nothing was paid:\n' +
      'frames: none of its 2 items has its video there. Check dataset.frames.',
  );
});

it('tells a field that every record lacks in a few lines, with the number of problems', async () => {
  const lines = (await refusalOf(Array.from({ length: 1000 }, () => ({ key: 'a' })))).split('\n');

  expect(lines[0]).toMatch(/^1000 problems/);
  expect(lines).toHaveLength(7);
  expect(lines.at(-1)).toBe('missing_column: and 995 more');
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCommandLine, readConfig } from '../../../adapters/config-files/read-config.ts';
import { configFromFlags, overridesFromFlags } from '../../../domain/config/original-config.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-config-'));
  file = join(folder, 'run.yaml');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const good = `
name: small
dataset: { format: lvbench, path: meta.jsonl, frames: ../frames/ }
models:
  answer:
    provider: openai
    model: a-model
strategy:
  name: uniform
output: results/
`.trimStart();

const withTimes = (name: string): string =>
  good.replace('frames: ../frames/', `frames: f, frameTime: { file: ${name} }`);

async function messagesOf(
  text: string,
  overrides?: Parameters<typeof readConfig>[1],
): Promise<string[]> {
  await writeFile(file, text);
  const error: unknown = await readConfig(file, overrides).catch((thrown: unknown) => thrown);
  if (!(error instanceof UsageError)) throw new Error('expected a UsageError', { cause: error });
  return error.message.replaceAll(file, 'run.yaml').split('\n');
}

describe('readConfig', () => {
  it('resolves paths against the folder of the file', async () => {
    await writeFile(file, good);

    const config = await readConfig(file);

    expect(config.dataset.path).toBe(join(folder, 'meta.jsonl'));
    expect(config.dataset.frames).toBe(join(folder, '../frames'));
    expect(config.output).toBe(join(folder, 'results'));
  });

  it('names file, line and key of every mistake, and the nearest known key', async () => {
    const messages = await messagesOf(
      `
name: small
dataset:
  format: lvbench
  path: meta.jsonl
  frmaes: frames
  frames: frames
models:
  answer: { provider: openai, model: m,
            max_token: 3 }
  plan:
    temprature: 0
strategy:
  name: uniform
  topK: none
runs: {}
`.trimStart(),
    );

    expect(messages).toEqual([
      'run.yaml:5: dataset.frmaes: unknown key; did you mean frames?',
      'run.yaml:9: models.answer.max_token: unknown key; did you mean maxTokens?',
      'run.yaml:11: models.plan.temprature: unknown key; did you mean temperature?',
      'run.yaml:14: strategy.topK: must be a number',
      'run.yaml:15: runs: unknown key; did you mean run?',
    ]);
  });

  it('points to the group that lacks a key', async () => {
    const messages = await messagesOf(good.replace('    model: a-model\n', ''));

    expect(messages).toEqual(['run.yaml:4: models.answer.model: is missing']);
  });

  it('says where a secret stands, and not what it is', async () => {
    const messages = await messagesOf(
      good.replace('    model: a-model\n', '    model: a-model\n    apiKey: sk-very-secret\n'),
    );

    expect(messages).toEqual([
      expect.stringMatching(/^run\.yaml:7: models\.answer\.apiKey: .*apiKeyEnv/),
    ]);
    expect(messages.join()).not.toContain('sk-very-secret');
  });

  it.each([
    ['a tab as indentation', 'name: x\ndataset:\n\tpath: y\n', 'run.yaml:3: not valid YAML'],
    ['a key twice', 'name: x\nname: y\n', 'run.yaml:2: not valid YAML'],
    ['an unknown tag', 'name: !env KEY\n', 'run.yaml:1: not valid YAML'],
    ['nothing', '', 'run.yaml:1: must hold keys'],
    ['a list', '- a\n', 'run.yaml:1: must hold keys'],
  ])('refuses %s with its line', async (_, text, message) => {
    const [first] = await messagesOf(text);

    expect(first).toContain(message);
  });

  it('says that there is no such file', async () => {
    await expect(readConfig(join(folder, 'none.yaml'))).rejects.toThrow(
      /there is no configuration file/,
    );
  });

  it('lets flags win, and starts their paths from the working directory', async () => {
    await writeFile(file, good);
    const { raw } = overridesFromFlags({
      framesPath: 'mine',
      poolProcesses: '3',
      targetModel: 'other',
    });

    const config = await readConfig(file, { raw, folder: '/somewhere' });

    expect(config.dataset.frames).toBe('/somewhere/mine');
    expect(config.dataset.path).toBe(join(folder, 'meta.jsonl'));
    expect(config.models.answer).toMatchObject({ provider: 'openai', model: 'other' });
    expect(config.run.itemsInFlight).toBe(3);
  });

  it('says when a mistake stands on the command line', async () => {
    const raw = { models: { answer: { baseUrl: 'no-address' } } };

    const messages = await messagesOf(good, { raw, folder });

    expect(messages).toEqual([
      expect.stringMatching(/^command line: models\.answer\.baseUrl: must be an http/),
    ]);
  });

  it('leaves a bare name of a file of frame times to the frame folders', async () => {
    await writeFile(file, withTimes('times.json'));
    const bare = await readConfig(file);
    await writeFile(file, withTimes('times/all.json'));
    const path = await readConfig(file);

    expect(bare.dataset.frameTime).toEqual({ file: 'times.json' });
    expect(path.dataset.frameTime).toEqual({ file: join(folder, 'times/all.json') });
  });

  it.each(['lvbench-imagined.yaml', 'lvbench-uniform.yaml'])(
    'reads examples/%s',
    async (example) => {
      const config = await readConfig(join(import.meta.dirname, '../../../examples', example));

      expect(config.strategy.answerFrames).toBe(8);
    },
  );
});

describe('readCommandLine', () => {
  it('reads a run that stands in flags alone', () => {
    const { raw } = configFromFlags({
      targetModel: 'vlm',
      framesPath: 'frames',
      dataFile: 'items.json',
      embeddingsPath: 'embeddings',
      embeddingPath: '/models/siglip',
      baseUrl: 'http://127.0.0.1:8000/v1',
    });

    const config = readCommandLine({ raw, folder: '/home/me' });

    expect(config.dataset).toMatchObject({
      path: '/home/me/items.json',
      frames: '/home/me/frames',
    });
    expect(config.models.embedding?.path).toBe('/models/siglip');
    expect(config.output).toBe('/home/me/results_image_retrieval');
  });
});

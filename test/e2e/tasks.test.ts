import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../domain/config/config.ts';
import type { Item } from '../../domain/item.ts';
import { rowSchema } from '../../domain/row-schema.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset } from '../support/e2e-evaluation.ts';
import { registerItems } from '../support/e2e-items.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';
import { openRecordingProxy } from '../support/recording-proxy.ts';

const tinyModel = fileURLToPath(new URL('../../simulator/model/tiny-siglip', import.meta.url));

describe.skipIf(e2eObstacle !== null)('tasks and prompts', { timeout: 120_000 }, () => {
  let place: Awaited<ReturnType<typeof makeHome>>;
  let provider: RemoteProvider;
  let proxy: Awaited<ReturnType<typeof openRecordingProxy>>;
  let dataset: string;
  let keys: string[];
  let questions: { readonly uid: string; readonly question: string; readonly answer: string }[];

  beforeAll(async () => {
    place = await makeHome();
    provider = await startRemoteProvider(dirname(place.home));
    proxy = await openRecordingProxy(provider.url);
    dataset = await drawDataset(10);
    const lines = (await readFile(join(dataset, 'video_info.meta.jsonl'), 'utf8')).trim();
    const videos = lines.split('\n').map((line) => JSON.parse(line) as { key: string; qa: [] });
    keys = videos.map(({ key }) => key);
    questions = videos.flatMap(({ qa }) => qa);
  });
  afterAll(async () => {
    await place.remove();
    await proxy.close();
    await provider.close();
  });

  const configOf = (name: string, changes: Partial<ConfigInput>): ConfigInput => {
    const model = {
      provider: 'simulated',
      baseUrl: `${proxy.url}/v1`,
      identity: 'simulated',
      apiKeyEnv: null,
      price: { inputPerM: 0.4, outputPerM: 1.2 },
    } as const;
    return {
      name,
      dataset: {
        name: 'synthetic-events',
        format: 'lvbench',
        path: join(dataset, 'video_info.meta.jsonl'),
        frames: join(dataset, 'frames'),
        frameTime: { perSecond: 1 },
      },
      models: { answer: { ...model, model: 'simulated-vlm' } },
      strategy: { name: 'uniform', answerFrames: 4 },
      ...changes,
    };
  };
  const itemOf = (changes: Partial<Item>): Item => ({
    itemId: 'one',
    videoIds: keys.slice(0, 2),
    question: questions[0]!.question,
    options: 'ABCD'.split('').map((letter) => ({
      letter,
      text: new RegExp(`^\\(${letter}\\) (.*)$`, 'm').exec(questions[0]!.question)?.[1] ?? '',
    })),
    gold: questions[0]!.answer,
    goldSpans: [],
    categories: {},
    source: {},
    ...changes,
  });
  const drive = async (runId: string) => {
    const { code, stdout, stderr } = await runCli(['retry', runId, '--json'], place);
    if (stdout === '') throw new Error(stderr);
    const { rows } = await readRun(place.home, runId);
    for (const row of rows) rowSchema.parse(structuredClone(row));
    return { code, summary: JSON.parse(stdout) as RunSummary, rows };
  };
  /** Bytes of `count` frames of a video, evenly spaced from the first on. */
  const framesOf = async (video: string, count: number): Promise<Buffer[]> => {
    const folder = join(dataset, 'frames', video);
    const { length } = await readdir(folder);
    return Promise.all(
      Array.from({ length: count }, (_, n) =>
        readFile(join(folder, `frame_${Math.floor((n * length) / count)}.jpg`)),
      ),
    );
  };

  it('shows two videos where their marks stand, each frame behind its video and time', async () => {
    const [sentence = '', ...options] = questions[0]!.question.split('\n');
    const question = `After <video> comes <video>. ${[sentence, ...options].join('\n')}`;
    const config = configOf('two-videos', {});
    const runId = await registerItems(place.home, config, [itemOf({ question })]);

    const { code, summary, rows } = await drive(runId);

    expect(code).toBe(0);
    expect(summary.counts).toMatchObject({ scheduled: 1, answered: 1 });
    const { parts, requestHash } = proxy.chats().at(-1)!;
    const pictures = [...(await framesOf(keys[0]!, 2)), ...(await framesOf(keys[1]!, 2))];
    expect(parts.filter((part) => typeof part !== 'string')).toEqual(pictures);
    const outline = parts.map((part) => (typeof part === 'string' ? part : 'picture'));
    expect(outline.slice(1, -1)).toEqual([
      'Question: After ',
      expect.stringMatching(/^Video 1, 0 s:$/),
      'picture',
      expect.stringMatching(/^Video 1, \d+ s:$/),
      'picture',
      ' comes ',
      expect.stringMatching(/^Video 2, 0 s:$/),
      'picture',
      expect.stringMatching(/^Video 2, \d+ s:$/),
      'picture',
      `. ${[sentence, ...options].join('\n')}`,
    ]);
    // It is the request that the provider was paid for, once.
    const billed = (await provider.entries()).filter((entry) => entry.requestHash === requestHash);
    expect(billed).toMatchObject([{ billed: true, arrival: 1 }]);
    expect(rows[0]).toMatchObject({
      task: 'multiple-choice',
      dataset: 'synthetic-events',
      video_ids: keys.slice(0, 2),
      prompt_version: '1',
    });
    expect(rows[0]?.shown.map(({ video_id }) => video_id)).toEqual(
      [0, 0, 1, 1].map((video) => keys[video]),
    );
  });

  it('plans, draws and searches over both videos of an item', async () => {
    const { models } = configOf('', {});
    const { price: _, ...model } = models.answer;
    const config = configOf('two-videos-searched', {
      models: {
        ...models,
        image: { ...model, model: 'simulated-image', price: { image: 0.03 } },
        embedding: { model: 'durable-videoqa/tiny-siglip', path: tinyModel },
      },
      strategy: { name: 'imagined-keyframes', answerFrames: 6, maxImageRequests: 2 },
    });
    const runId = await registerItems(place.home, config, [itemOf({})]);

    const { code, rows } = await drive(runId);

    expect(code).toBe(0);
    const [row] = rows;
    expect(row).toMatchObject({ outcome: 'answered', video_ids: keys.slice(0, 2) });
    for (const { video_id } of row?.planned ?? []) expect(keys.slice(0, 2)).toContain(video_id);
    expect(row?.planned).toHaveLength(2);
    const shownOf = (video: string) => row?.shown.filter(({ video_id }) => video_id === video);
    expect([shownOf(keys[0]!), shownOf(keys[1]!)].map((shown) => shown?.length)).toEqual([3, 3]);
    const { stdout } = await runCli(['show', runId, 'one'], place);
    expect(stdout).toContain(`${keys[1]}/`);
  });

  it('asks a blind run without media, and says that no frames are given', async () => {
    const { frames: _, frameTime: __, ...words } = configOf('', {}).dataset;
    const config = configOf('blind', { dataset: words, strategy: { name: 'blind' } });
    const file = join(dirname(place.home), 'blind.yaml');
    await writeFile(file, JSON.stringify(config));
    const before = proxy.chats().length;

    const { code, stdout, stderr } = await runCli(['run', file, '--json'], place);

    expect(stderr).not.toMatch(/frame times/);
    const summary = JSON.parse(stdout) as RunSummary;
    expect(code).toBe(0);
    expect(summary).toMatchObject({
      strategy: 'blind',
      counts: { scheduled: questions.length, answered: questions.length },
      retrieval: null,
    });
    const chats = proxy.chats().slice(before);
    expect(chats).toHaveLength(questions.length);
    for (const { parts } of chats) {
      expect(parts.every((part) => typeof part === 'string')).toBe(true);
      expect(parts[0]).toMatch(/no frames/i);
    }
    const { rows } = await readRun(place.home, summary.runId);
    expect(rows.flatMap(({ shown }) => shown)).toEqual([]);
    expect(rows[0]?.models).toEqual({ answer: 'simulated-vlm' });
  });

  it('captions clips in the words of the suite, in plain text', async () => {
    const config = configOf('captions', { prompt: { suite: 'recaption' } });
    const captions = keys.map((key) =>
      itemOf({
        itemId: key,
        videoIds: [key],
        question: 'Describe the video.',
        options: [],
        task: 'caption',
        gold: null,
      }),
    );
    const runId = await registerItems(place.home, config, captions);

    const { code, summary, rows } = await drive(runId);

    expect(code).toBe(0);
    expect(summary).toMatchObject({
      counts: { scheduled: keys.length, answered: keys.length },
      accuracy: null,
    });
    expect(proxy.chats().at(-1)).toMatchObject({ maxTokens: 400 });
    for (const row of rows) {
      expect(row).toMatchObject({
        task: 'caption',
        outcome: 'answered',
        correct: null,
        parse_rule: 'whole-reply',
        prompt_version: expect.stringMatching(/^1\+recaption\.\d+$/),
      });
      expect(row.answer).toMatch(/^\[simulated\] Of 4 frames I see/);
      expect(row.shown).toHaveLength(4);
    }
  });
});

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mostPayloadBytes } from '../../domain/payload-size.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type HistoryText, readHistories } from '../support/e2e-histories.ts';
import { startRemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';

const items = 3;
const questionBytes = 60_000;

describe.skipIf(e2eObstacle !== null)('a run with very long questions', () => {
  let remove: () => Promise<void>;
  let histories: HistoryText[];
  let summary: RunSummary;
  let questions: readonly string[];

  beforeAll(async () => {
    const made = await makeHome();
    const { home } = made;
    ({ remove } = made);
    const folder = dirname(home);
    await mkdir(home, { mode: 0o700 });
    const provider = await startRemoteProvider(folder);
    try {
      const config = await writeConfig(join(folder, 'run.yaml'), {
        name: 'long',
        dataset: await lengthenQuestions(join(folder, 'dataset')),
        items,
        providerUrl: provider.url,
        strategy: 'imagined-keyframes',
        failOn: 1,
      });
      summary = JSON.parse((await runCli(['run', config, '--json'], { home })).stdout);
      questions = (await readRun(home, summary.runId)).rows.map(({ question }) => question);
      // The run, its shard, its items.
      histories = await readHistories(home, summary.runId, items + 2);
    } finally {
      await provider.close();
    }
  }, 120_000);
  afterAll(() => remove());

  it('did its work', () => {
    const { answered, unparsed } = summary.counts;

    expect(answered + unparsed).toBe(items);
    expect(Math.min(...questions.map((text) => text.length))).toBeGreaterThan(questionBytes);
  });

  it('puts counts and references alone into Temporal', () => {
    const all = histories.flatMap(({ sizes }) => sizes.all);
    const ofChildren = histories.flatMap(({ sizes }) => sizes.ofChildren);

    expect(all.length).toBeGreaterThan(items * 10);
    expect(ofChildren).toHaveLength(1 + items);
    expect(Math.max(...all)).toBeLessThanOrEqual(mostPayloadBytes);
    expect(Math.max(...ofChildren)).toBeLessThanOrEqual(1024);
  });
});

/** A copy of the dataset with long questions and as many options as there are letters. */
async function lengthenQuestions(directory: string): Promise<string> {
  await cp(await drawDataset(5), directory, { recursive: true });
  const annotations = join(directory, 'video_info.meta.jsonl');
  const videos = (await readFile(annotations, 'utf8')).trim().split('\n');
  const letters = Array.from({ length: 26 }, (_, n) => String.fromCharCode(65 + n));
  const options = letters.map((letter) => `(${letter}) ${'a long option '.repeat(40)}${letter}`);
  const story = 'Somebody walks through the picture. '.repeat(questionBytes / 36 + 1);
  const lengthened = videos.map((line) => {
    const video = JSON.parse(line) as { qa: { question: string }[] };
    const qa = video.qa.map((entry) => {
      const [question = ''] = entry.question.split('\n');
      return { ...entry, question: [`${story}${question}`, ...options].join('\n') };
    });
    return JSON.stringify({ ...video, qa });
  });
  await writeFile(annotations, `${lengthened.join('\n')}\n`);
  return directory;
}

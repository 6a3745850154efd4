import { appendFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { type CliEnd, e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type HistoryText, readHistories } from '../support/e2e-histories.ts';
import { startRemoteProvider } from '../support/e2e-provider.ts';

const canaries = {
  key: 'sk-canary-5f0c1e7ab94d4c21',
  question: 'CANARYQUESTIONzebraxylophone',
  picture: 'CANARYPICTUREmarimbaquartz',
} as const;

const items = 5;

// D13: keys stood on the command line. Here they are read from the environment and go nowhere else.
describe.skipIf(e2eObstacle !== null)('canaries planted in a run', () => {
  let home: string;
  let remove: () => Promise<void>;
  let end: CliEnd;
  let histories: HistoryText[];

  beforeAll(async () => {
    ({ home, remove } = await makeHome());
    const folder = dirname(home);
    await mkdir(home, { mode: 0o700 });
    const provider = await startRemoteProvider(folder);
    try {
      await provider.setFaults({ rate: 0.2, kinds: ['bad_request', 'content_filter'] });
      const config = await writeConfig(join(folder, 'run.yaml'), {
        name: 'canaries',
        dataset: await plantCanaries(join(folder, 'dataset')),
        items,
        providerUrl: provider.url,
        strategy: 'imagined-keyframes',
        apiKeyEnv: 'E2E_CANARY_KEY',
        failOn: 1,
        output: join(folder, 'results'),
      });
      const environment = { E2E_CANARY_KEY: canaries.key };
      end = await runCli(['run', config, '--json'], { home, environment });
      const { runId } = JSON.parse(end.stdout) as RunSummary;
      // The run, its shard, its items.
      histories = await readHistories(home, runId, items + 2);
    } finally {
      await provider.close();
    }
  }, 120_000);
  afterAll(() => remove());

  it('were in a run that did its work', () => {
    const { counts } = JSON.parse(end.stdout) as RunSummary;

    expect(counts.scheduled).toBe(items);
    expect(counts.answered).toBeGreaterThan(0);
    expect(histories.map(({ text }) => text).join('')).toContain('evaluateItem');
  });

  it.each(Object.entries(canaries))(
    'appear in no workflow history, raw or in base64: %s (D13)',
    (_, canary) => {
      const found = histories.filter(({ text }) => holds(text, canary));

      expect(found.map(({ workflowId }) => workflowId)).toEqual([]);
    },
  );

  it('leave no key in state folder, logs, results or on the screen (D13)', async () => {
    const files = await filesBelow(dirname(home));
    const found: string[] = [];
    for (const file of files) {
      if (holds(await readFile(file, 'latin1'), canaries.key)) found.push(file);
    }

    expect(files.length).toBeGreaterThan(20);
    expect(files.some((file) => file.endsWith('worker.log'))).toBe(true);
    expect(found).toEqual([]);
    expect(end.stdout + end.stderr).not.toContain(canaries.key);
  });

  it('are looked for in a way that finds them', async () => {
    const state = await filesBelow(home);
    const stored = await Promise.all(state.map((file) => readFile(file, 'latin1')));

    // The question must lie in the database, and base64 must be seen through at any alignment.
    expect(stored.some((text) => holds(text, canaries.question))).toBe(true);
    for (const padding of ['', 'x', 'xy']) {
      const encoded = Buffer.from(`${padding}${canaries.picture}tail`).toString('base64');
      expect(holds(encoded, canaries.picture)).toBe(true);
    }
  });

  it('cannot be passed as a flag: --api_key is refused and names the variable (D13)', async () => {
    const refused = await runCli(['run', '--api_key', canaries.key], { home });

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('VIDEOQA_API_KEY');
    expect(refused.stderr).not.toContain(canaries.key);
  });
});

/** Whether a text holds the canary as it is or inside base64, whose letters depend on the alignment. */
function holds(text: string, canary: string): boolean {
  const encoded = [0, 1, 2].map((shift) => {
    const letters = Buffer.from(`${'x'.repeat(shift)}${canary}`).toString('base64');
    // What the bytes before and after decide is left out.
    return letters.slice(shift === 0 ? 0 : 4, -4).replace(/=+$/, '');
  });
  return [canary, ...encoded].some((form) => text.includes(form));
}

/** A copy of the dataset whose questions and pictures can be recognised anywhere. */
async function plantCanaries(directory: string): Promise<string> {
  await cp(await drawDataset(items), directory, { recursive: true });
  const annotations = join(directory, 'video_info.meta.jsonl');
  const text = await readFile(annotations, 'utf8');
  const marked = text.replaceAll('"question":"', `"question":"${canaries.question} `);
  const spaced = marked.replaceAll('"question": "', `"question": "${canaries.question} `);
  if (spaced === text) throw new Error('no question was found to mark');
  await writeFile(annotations, spaced);
  // Bytes after a JPEG's end are sent along and change no pixel.
  for (const file of await filesBelow(join(directory, 'frames'))) {
    if (file.endsWith('.jpg')) await appendFile(file, canaries.picture);
  }
  return directory;
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

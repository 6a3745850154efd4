import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { type CliEnd, e2eObstacle, makeHome, runCli } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { readHistories } from '../support/e2e-histories.ts';
import { openWireServer, sendJson } from '../support/wire-server.ts';

const items = 3;
const key = 'sk-canary/7d1+e9zq=b84MARIMBAquartz5531';

/** The key as a hostile or careless provider spells it. */
const spellings: Readonly<Record<string, string>> = {
  raw: key,
  base64: Buffer.from(key).toString('base64'),
  'in an address': encodeURIComponent(key),
  'its first half': key.slice(0, 20),
  'its second half': key.slice(20),
};

describe.skipIf(e2eObstacle !== null)('a provider that quotes the key in every reply', () => {
  let home: string;
  let remove: () => Promise<void>;
  let ends: CliEnd[];
  let searched: { place: string; text: string }[];
  let quoted = 0;

  beforeAll(async () => {
    ({ home, remove } = await makeHome());
    const folder = dirname(home);
    await mkdir(home, { mode: 0o700 });
    const echo = Object.values(spellings).join(' ');
    const provider = await openWireServer((_, response) => {
      quoted += 1;
      if (quoted === 1)
        return sendJson(response, 500, { error: { message: echo } }, { 'x-key': key });
      if (quoted === 2) return sendJson(response, 400, { error: { message: echo, param: key } });
      const message = { role: 'assistant', content: `{"answer": "A"} ${key}` };
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      const choices = [{ index: 0, finish_reason: 'stop', message }];
      sendJson(response, 200, { id: key, object: 'chat.completion', model: key, choices, usage });
    });
    try {
      const config = await writeConfig(join(folder, 'run.yaml'), {
        name: 'echoes',
        dataset: await drawDataset(5),
        items,
        providerUrl: provider.url,
        strategy: 'uniform',
        apiKeyEnv: 'E2E_ECHO_KEY',
        failOn: 1,
        output: join(folder, 'results'),
      });
      const place = { home, environment: { E2E_ECHO_KEY: key } };
      const run = await runCli(['run', config, '--json'], place);
      const { runId } = JSON.parse(run.stdout) as RunSummary;
      ends = [run];
      for (const format of ['original', 'jsonl', 'csv'])
        ends.push(
          await runCli(
            ['export', runId, '--format', format, '--out', join(folder, `out-${format}`)],
            place,
          ),
        );
      ends.push(await runCli(['report', runId], place));
      const histories = await readHistories(home, runId, items + 2);
      const files = await filesBelow(folder);
      searched = [
        ...ends.map(({ stdout, stderr }) => ({ place: 'screen', text: stdout + stderr })),
        ...histories.map(({ workflowId, text }) => ({ place: workflowId, text })),
        ...(await Promise.all(
          files.map(async (file) => ({ place: file, text: await readFile(file, 'latin1') })),
        )),
      ];
    } finally {
      await provider.close();
    }
  }, 180_000);
  afterAll(() => remove());

  it('is evaluated all the same', () => {
    const { counts } = JSON.parse(ends[0]!.stdout) as RunSummary;

    expect(quoted).toBeGreaterThan(items);
    expect(counts.answered).toBe(items - 1);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
  });

  it.each(Object.entries(spellings))('leaves it nowhere: %s', (_, spelling) => {
    const found = searched.filter(({ text }) => text.includes(spelling));

    expect(found.map(({ place }) => place)).toEqual([]);
  });

  it('is searched for where the replies really are', () => {
    expect(searched.filter(({ text }) => text.includes('[hidden]')).length).toBeGreaterThan(2);
    expect(searched.some(({ place }) => place.endsWith('.csv'))).toBe(true);
  });
});

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
}

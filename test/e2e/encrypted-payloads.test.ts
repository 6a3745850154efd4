import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPayloadCipher } from '../../adapters/payloads/payload-cipher.ts';
import { readPayloadKeys } from '../../adapters/payloads/payload-keys.ts';
import type { RunSummary } from '../../domain/summary.ts';
import { type CliEnd, e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { type HistoryText, readHistories } from '../support/e2e-histories.ts';
import { startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun } from '../support/e2e-state.ts';

const items = 12;
const canary = 'CANARYITEMzitherquagga';
const key = randomBytes(32).toString('base64');

describe.skipIf(e2eObstacle !== null)('a run with payload encryption', () => {
  let home: string;
  let remove: () => Promise<void>;
  let withoutKey: CliEnd;
  let withKey: CliEnd;
  let histories: HistoryText[];
  let messages: string[];

  beforeAll(async () => {
    ({ home, remove } = await makeHome());
    const folder = dirname(home);
    await mkdir(home, { mode: 0o700 });
    const provider = await startRemoteProvider(folder, 2000);
    try {
      await provider.setFaults({ rate: 0.4, kinds: ['bad_request', 'content_filter'] });
      const config = await writeConfig(join(folder, 'run.yaml'), {
        name: 'encrypted',
        dataset: await nameItems(join(folder, 'dataset')),
        items,
        providerUrl: provider.url,
        strategy: 'uniform',
        itemsInFlight: 2,
        failOn: 1,
      });
      const environment = { VIDEOQA_PAYLOAD_KEY: key };
      const first = startCli(['run', config, '--json'], { home, environment });
      await until('calls were made', async () => (await provider.totals()).requests >= 4);
      first.kill();
      await first.ended;
      await provider.setLatency(100);
      withoutKey = await runCli(['run', config, '--json'], { home });
      withKey = await runCli(['run', config, '--json'], { home, environment });
      const runId = (await listRuns(home))[0]!.runId;
      histories = await readHistories(home, runId, items + 2);
      const { rows } = await readRun(home, runId);
      messages = rows.flatMap(({ failure }) => (failure === null ? [] : [failure.message]));
    } finally {
      await provider.close();
    }
  }, 240_000);
  afterAll(() => remove());

  it('goes on after a kill and completes', () => {
    const { counts, state } = JSON.parse(withKey.stdout) as RunSummary;

    expect(withKey.code).toBe(0);
    expect(state).toBe('completed');
    expect(counts.answered + counts.unparsed + counts.failed).toBe(items);
    expect(counts.answered).toBeGreaterThan(0);
    expect(messages.length).toBeGreaterThan(0);
  });

  it('is refused by a process without the key, which says what to set', () => {
    expect(withoutKey.code).toBe(3);
    expect(withoutKey.stderr).toContain('VIDEOQA_PAYLOAD_KEY');
    expect(withoutKey.stderr).not.toContain(key);
  });

  it('leaves no input, result or failure message readable in any history', async () => {
    const plain = histories.filter(({ text }) => text.includes(canary));
    const told = histories.filter(({ text }) => messages.some((words) => text.includes(words)));

    expect(plain.map(({ workflowId }) => workflowId)).toEqual([]);
    expect(told.map(({ workflowId }) => workflowId)).toEqual([]);
    expect(histories.every(({ text }) => text.includes('binary/encrypted'))).toBe(true);
  });

  it('holds them for whoever has the key', async () => {
    const readable = await decrypted(histories);

    expect(readable).toContain(canary);
    expect(messages.filter((words) => !readable.includes(words))).toEqual([]);
  });
});

/** A copy of the dataset whose item ids can be recognised. */
async function nameItems(directory: string): Promise<string> {
  await cp(await drawDataset(items), directory, { recursive: true });
  const annotations = join(directory, 'video_info.meta.jsonl');
  const text = await readFile(annotations, 'utf8');
  const named = text.replaceAll(/"uid": ?"/g, `$&${canary}`);
  if (named === text) throw new Error('no uid was found to mark');
  await writeFile(annotations, named);
  return directory;
}

/** What the encrypted payloads say: in a text of a history each is a line after its key's id. */
async function decrypted(histories: readonly HistoryText[]): Promise<string> {
  const keys = await readPayloadKeys({ VIDEOQA_PAYLOAD_KEY: key });
  const cipher = createPayloadCipher(keys);
  const id = keys.current!.id;
  const metadata = {
    encoding: Buffer.from('binary/encrypted'),
    'encryption-key-id': Buffer.from(id),
  };
  const sealed = histories.flatMap(({ payloads }) => payloads);
  const opened = await cipher.decode(sealed.map((data) => ({ metadata, data })));
  return opened.map(({ data }) => Buffer.from(data ?? []).toString('utf8')).join('\n');
}

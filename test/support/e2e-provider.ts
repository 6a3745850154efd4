import { join } from 'node:path';
import type { BillEntry, BillTotals } from '../../simulator/server/bill.ts';
import type { ProviderSettingsInput } from '../../simulator/server/provider-settings.ts';
import { startCli, until } from './e2e-cli.ts';

/** A simulated provider that outlives every process a test kills. */
export type RemoteProvider = {
  /** Root of the server, without a slash at its end. */
  readonly url: string;
  totals(): Promise<BillTotals & { readonly concurrentPeak: number }>;
  entries(): Promise<BillEntry[]>;
  /** Replaces the faults that are injected from now on. */
  setFaults(faults: ProviderSettingsInput['faults']): Promise<void>;
  /** How long calls take that arrive from now on. */
  setLatency(milliseconds: number): Promise<void>;
  close(): Promise<void>;
};

/** Starts `videoqa simulate` on a free port, with its bill in the folder. */
export async function startRemoteProvider(folder: string, latencyMs = 0): Promise<RemoteProvider> {
  const bill = join(folder, 'bill.jsonl');
  const args = ['--port', '0', '--bill', bill, '--latency', String(latencyMs)];
  const server = startCli(['simulate', ...args], { home: join(folder, 'provider') });
  const url = await until(
    'the simulated provider listens',
    () => /^(http\S+)\/v1$/m.exec(server.said())?.[1],
  );
  const get = async (path: string) => {
    const response = await fetch(`${url}${path}`);
    if (!response.ok) throw new Error(`${path}: status ${response.status}`);
    return response.text();
  };
  const control = async (change: object): Promise<void> => {
    const response = await fetch(`${url}/control`, {
      method: 'POST',
      body: JSON.stringify(change),
    });
    if (!response.ok) throw new Error(await response.text());
  };
  return {
    url,
    totals: async () => JSON.parse(await get('/bill')) as BillTotals & { concurrentPeak: number },
    async entries() {
      const lines = (await get('/bill/entries')).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line) as BillEntry);
    },
    setFaults: (faults) => control({ faults: { ...faults } }),
    setLatency: (milliseconds) =>
      control({ latencyMs: { chat: milliseconds, image: milliseconds } }),
    async close() {
      server.kill('SIGTERM');
      await server.ended;
    },
  };
}

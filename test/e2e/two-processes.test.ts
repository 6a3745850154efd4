import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { type CliEnd, e2eObstacle, makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { drawDataset, type EvaluationOptions, writeConfig } from '../support/e2e-evaluation.ts';
import { type RemoteProvider, startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun } from '../support/e2e-state.ts';

describe.skipIf(e2eObstacle !== null)(
  'processes that share a state folder',
  { timeout: 240_000 },
  () => {
    let home: string;
    let remove: () => Promise<void>;
    let provider: RemoteProvider;

    beforeEach(async () => {
      ({ home, remove } = await makeHome());
      await mkdir(home, { mode: 0o700 });
      provider = await startRemoteProvider(dirname(home), 100);
    });
    afterEach(async () => {
      await remove();
      await provider.close();
    });

    /** One call an item, two at once: ten items take about half a second of calls. */
    const configure = async (
      name: string,
      more: Partial<EvaluationOptions> = {},
    ): Promise<string> =>
      writeConfig(join(dirname(home), `${name}.yaml`), {
        name,
        dataset: await drawDataset(30),
        items: 10,
        providerUrl: provider.url,
        strategy: 'uniform',
        itemsInFlight: 2,
        calls: { concurrency: 2 },
        ...more,
      });
    const run = (config: string, ...flags: string[]) =>
      startCli(['run', config, '--json', ...flags], { home });
    const cli = (...args: string[]) => runCli(args, { home });
    const summaryOf = ({ stdout, stderr }: CliEnd): RunSummary => {
      if (stdout === '') throw new Error(`no summary was printed:\n${stderr}`);
      return JSON.parse(stdout) as RunSummary;
    };
    const calls = async () => (await provider.totals()).requests;
    const untilCalls = (count: number) =>
      until(`the provider has had ${count} calls`, async () => (await calls()) >= count);

    it('work on one run together when both were given the same command', async () => {
      const config = await configure('twice', { items: 20 });
      // The one that begins must not be done before the other has come.
      await provider.setLatency(3000);
      const both = [run(config), run(config)] as const;
      await until('one has joined the other', () =>
        both.some((one) => one.said().includes('joining drive')),
      );
      await provider.setLatency(0);
      const [first, second] = await Promise.all([both[0].ended, both[1].ended]);

      expect([first.code, second.code]).toEqual([0, 0]);
      const { elapsedS: _, ...numbers } = summaryOf(first);
      expect(summaryOf(second)).toMatchObject({ ...numbers, counts: { answered: 20 } });
      expect(await calls()).toBe(20);
    });

    it('keep the holder until the other process has its run', async () => {
      const short = await configure('short', { items: 5 });
      const long = await configure('long', { items: 30 });
      await provider.setLatency(6000);
      const holder = run(short);
      await untilCalls(1);

      const joiner = run(long);
      await until('the second run has started', () => joiner.said().includes('drive 1 over'));
      // The five end long before the thirty.
      await provider.setLatency(1000);
      await until('the holder stays', () => holder.said().includes('submitted by other'));
      await provider.setLatency(0);
      const [holderEnd, joinerEnd] = await Promise.all([holder.ended, joiner.ended]);

      expect([holderEnd.code, joinerEnd.code]).toEqual([0, 0]);
      expect(summaryOf(holderEnd).counts.answered).toBe(5);
      expect(summaryOf(joinerEnd).counts.answered).toBe(30);
      expect(holderEnd.stderr).toContain('submitted by other processes');
    });

    it('refuse a run whose key the holder lacks, with the way out', async () => {
      const open = run(await configure('open', { items: 30 }));
      await untilCalls(1);
      await provider.setLatency(5000);
      const keyed = await configure('keyed', { apiKeyEnv: 'E2E_KEY', items: 5 });

      const refused = await runCli(['run', keyed], { home, environment: { E2E_KEY: 'secret' } });
      await provider.setLatency(0);

      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('E2E_KEY');
      expect(refused.stderr).toContain('videoqa down');
      expect((await open.ended).code).toBe(0);
    });

    it('refuse another key variable for a run at work, and leave the run as it is', async () => {
      const environment = { E2E_KEY: 'first', E2E_OTHER_KEY: 'second' };
      const start = async (apiKeyEnv: string) =>
        startCli(['run', await configure('keys', { apiKeyEnv, items: 30 }), '--json'], {
          home,
          environment,
        });
      const open = await start('E2E_KEY');
      await untilCalls(1);
      // Whatever this machine needs for the second command, the first is at work meanwhile.
      await provider.setLatency(5000);
      const { runId, spec } = (await listRuns(home))[0]!;

      const refused = await (await start('E2E_OTHER_KEY')).ended;

      const { run: after } = await readRun(home, runId);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain(`${runId} is at work with another key variable`);
      expect(refused.stderr).toContain(`model-${spec.models.answer.account}`);
      expect(refused.stderr).toContain(`videoqa cancel ${runId}`);
      expect([after.driveIsOpen, after.spec]).toEqual([true, spec]);
      await provider.setLatency(0);
      expect((await open.ended).code).toBe(0);
      expect((await (await start('E2E_OTHER_KEY')).ended).code).toBe(0);
    });

    it('end with code 3 when the holder is killed, and the same command goes on (D7, D10)', async () => {
      const config = await configure('orphaned', { items: 30 });
      const holder = run(config);
      await untilCalls(2);
      await provider.setLatency(5000);
      const watcher = run(config);
      await until('the second process has joined', () => watcher.said().includes('joining drive'));

      holder.kill();
      const watched = await watcher.ended;
      await provider.setLatency(0);
      const again = await run(config).ended;

      expect(watched.code).toBe(3);
      expect(watched.stderr).toContain('Run the same command again');
      expect(again.code).toBe(0);
      expect(summaryOf(again).counts.answered).toBe(30);
    });

    it('pause, resume and cancel a run of another process, any number of times', async () => {
      const worker = run(await configure('steered', { items: 30 }));
      await untilCalls(3);
      // The rest must not be over before the commands have started on a busy machine.
      await provider.setLatency(3000);
      const { runId } = (await listRuns(home))[0]!;

      const paused = [await cli('pause', runId), await cli('pause', runId)];
      await until('nothing is under way', async () => {
        const { counts } = await readRun(home, runId);
        return counts.running === 0;
      });
      const atRest = await calls();
      await delay(1500);
      expect(paused.map(({ code }) => code)).toEqual([0, 0]);
      expect(await calls()).toBe(atRest);
      expect((await readRun(home, runId)).run.state).toBe('paused');

      expect((await cli('resume', runId)).code).toBe(0);
      await untilCalls(atRest + 2);
      const cancelled = [await cli('cancel', runId), await cli('cancel', runId)];
      const end = await worker.ended;

      expect(cancelled.map(({ code }) => code)).toEqual([0, 0]);
      expect(end.code).toBe(130);
      const { counts, state } = summaryOf(end);
      expect(state).toBe('cancelled');
      expect(counts).toMatchObject({ scheduled: 30, running: 0, failed: 0 });
      expect(counts.answered).toBe(await calls());
    });

    it.each([150, 400, 700, 1000])(
      'start well after a first start that was killed after %d ms',
      async (milliseconds) => {
        const config = await configure('early', { items: 3 });
        const first = run(config);
        await delay(milliseconds);
        first.kill();
        await first.ended;

        const second = await run(config).ended;

        expect(second.stderr).not.toContain('internal error');
        expect(second.code).toBe(0);
        expect(summaryOf(second).counts.answered).toBe(3);
      },
    );

    it('refuse a database that another server version made, with the way out', async () => {
      const config = await configure('versions', { items: 3 });
      expect((await run(config).ended).code).toBe(0);
      const record = join(home, 'server.json');
      const text = await readFile(record, 'utf8');
      const { createdBy } = JSON.parse(text) as { createdBy: object };
      const other = { binary: '/nowhere/temporal', cliVersion: '0.9.0', serverVersion: '1.2.3' };
      await writeFile(
        record,
        JSON.stringify({ ...JSON.parse(text), createdBy: { ...createdBy, ...other } }),
      );

      const refused = await run(config).ended;

      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('1.2.3');
      expect(refused.stderr).toMatch(/VIDEOQA_HOME|VIDEOQA_TEMPORAL_CLI/);
    });
  },
);

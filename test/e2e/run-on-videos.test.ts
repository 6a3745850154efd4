import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { startRemoteProvider, type RemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';
import { placeVideosExample, realClipsObstacle } from '../support/real-clips.ts';

const questions = 14;
const questionsWithTime = 13;
const callsBeforeKill = 30;
const latencyMs = 50;
/** Until the kill: more than half of the run is left for seconds, however late it is killed. */
const slowMs = 1000;
/** Requests that 4 items in flight can have open at once: a picture each for up to 4 options. */
const mostInFlight = 16;

const title =
  realClipsObstacle === null
    ? 'questions about four videos whose frames are cut here'
    : `questions about four videos (skipped: ${realClipsObstacle})`;

describe.skipIf(realClipsObstacle !== null)(title, () => {
  let place: Awaited<ReturnType<typeof makeHome>>;
  let provider: RemoteProvider;
  const summaries = new Map<string, RunSummary>();
  const outputs = new Map<string, string>();

  beforeAll(async () => {
    place = await makeHome();
    const folder = dirname(place.home);
    provider = await startRemoteProvider(folder, latencyMs);
    for (const strategy of ['imagined-keyframes', 'text-top-k', 'uniform']) {
      const config = await placeVideosExample(folder, provider.url, strategy);
      const command = ['run', config, '--json'];
      if (strategy === 'imagined-keyframes') await killMidway(command);
      const { stdout, stderr } = await runCli(command, place);
      if (stdout === '') throw new Error(stderr);
      summaries.set(strategy, JSON.parse(stdout) as RunSummary);
      outputs.set(strategy, stderr);
    }
  }, 480_000);
  afterAll(async () => {
    await provider.close();
    await place.remove();
  });

  async function killMidway(command: readonly string[]): Promise<void> {
    await provider.setLatency(slowMs);
    const first = startCli(command, place);
    const isMidway = async () => (await provider.entries()).length >= callsBeforeKill;
    await Promise.race([until('the run is midway', isMidway), first.ended]);
    first.kill();
    const { signal, stderr } = await first.ended;
    if (signal !== 'SIGKILL') throw new Error(`it ended before it was killed: ${stderr}`);
    await provider.setLatency(latencyMs);
  }

  it.each(['imagined-keyframes', 'text-top-k', 'uniform'])(
    '%s answers every question, and says that it is simulated',
    (strategy) => {
      expect(summaries.get(strategy)).toMatchObject({
        state: 'completed',
        simulated: true,
        counts: { scheduled: questions, answered: questions },
      });
    },
  );

  it('asks again only for what was in flight at the kill', async () => {
    const requests = (await provider.entries()).map(({ requestHash }) => requestHash);

    expect(requests.length - new Set(requests).size).toBeLessThanOrEqual(mostInFlight);
  });

  it('loads the embedding model for the strategies that search, and only for them', () => {
    expect(outputs.get('imagined-keyframes')).toContain('self-test cosine');
    expect(outputs.get('text-top-k')).toContain('self-test cosine');
    expect(outputs.get('uniform')).not.toContain('self-test cosine');
  });

  it('knows the true times of the frames shown, so that retrieval is measured', async () => {
    for (const summary of summaries.values()) {
      const { rows } = await readRun(place.home, summary.runId);
      const shown = rows.flatMap((row) => row.shown);

      expect(summary.retrieval?.items).toBe(questionsWithTime);
      expect(shown.length).toBeGreaterThan(0);
      // Two frames a second, each the one on screen at that moment.
      for (const { frame_id, time_s } of shown) {
        expect(frame_id / 2 - (time_s ?? Number.NaN)).toBeGreaterThan(-0.06);
        expect(frame_id / 2 - (time_s ?? Number.NaN)).toBeLessThan(0.06);
      }
    }
  });

  it('counts guesses about real footage as guesses', async () => {
    for (const summary of summaries.values()) {
      const report = await runCli(['report', summary.runId], place);

      expect(report.stdout).toContain(
        `the simulated model guessed ${questions} of ${questions} answers`,
      );
    }
  });

  it('shows the words that a search by text asked for', async () => {
    const runId = summaries.get('text-top-k')?.runId ?? '';
    const { rows } = await readRun(place.home, runId);
    const item = rows[0]?.item_id ?? '';

    const { stdout } = await runCli(['show', runId, item], place);

    expect(stdout).toMatch(/Searched with\n {2}the text ".+\?"/);
    expect(stdout).not.toMatch(/Searched with\n.*\(A\)/);
  });

  it('refuses to start when a video is missing, before anything is paid', async () => {
    const folder = join(dirname(place.home), 'incomplete');
    const config = await placeVideosExample(folder, provider.url, 'uniform', ['yoga']);
    const before = (await provider.entries()).length;

    const { code, stderr } = await runCli(['run', config], place);

    expect(code).toBe(2);
    expect(stderr).toMatch(/3 problems.*\n.*1917.*\n.*cooking.*\n.*jesse_dance/);
    expect((await provider.entries()).length).toBe(before);
  });
});

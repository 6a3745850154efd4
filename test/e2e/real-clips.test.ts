import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../domain/summary.ts';
import { makeHome, runCli, startCli, until } from '../support/e2e-cli.ts';
import { startRemoteProvider, type RemoteProvider } from '../support/e2e-provider.ts';
import { readRun } from '../support/e2e-state.ts';
import {
  cutFrames,
  originalCommand,
  placeLvbenchExample,
  questionsFile,
  realClipsObstacle,
} from '../support/real-clips.ts';

const latencyMs = 50;
/** Until the kill: half of a run is left for seconds, however late it is killed. */
const slowMs = 1000;
const callsBeforeKill = 40;
/** Requests that 4 items in flight can have open at once: a picture each for up to 4 options. */
const mostInFlight = 16;
const questions = 14;
const questionsWithTime = 13;
const callsPerQuestion = 6;

type OriginalRecord = Record<string, unknown> & {
  uid: string;
  answer: string;
  model_answer: string | null;
  is_correct: boolean;
  workflow_steps: {
    step1_planning_requests: { reference_image_id: number; prompt: string }[];
    step2_generated_images: string[];
    step2_retrieved_frame_paths: string[];
    step3_final_reasoning_and_answer: string;
  };
};

const title =
  realClipsObstacle === null
    ? 'four real clips, each run killed once'
    : `four real clips (skipped: ${realClipsObstacle})`;

describe.skipIf(realClipsObstacle !== null)(title, () => {
  let place: Awaited<ReturnType<typeof makeHome>>;
  let folder: string;
  let frames: string;
  let provider: RemoteProvider;
  let flags: Outcome;
  let lvbench: Outcome;

  beforeAll(async () => {
    place = await makeHome();
    folder = dirname(place.home);
    frames = join(folder, 'frames');
    [provider] = await Promise.all([startRemoteProvider(folder, latencyMs), cutFrames(frames)]);
    const output = join(folder, 'flags-results');
    const command = originalCommand({ frames, output, providerUrl: provider.url });
    flags = await runKilledOnce(command, join(folder, 'flags-state'), provider);
    const config = await placeLvbenchExample(folder, provider.url);
    lvbench = await runKilledOnce(['run', config, '--json'], place.home, provider);
  }, 480_000);

  afterAll(async () => {
    await runCli(['down'], { home: join(folder, 'flags-state') });
    await provider.close();
    await place.remove();
  });

  it.each([
    { way: 'the original flags', outcome: () => flags },
    { way: 'an LVBench configuration', outcome: () => lvbench },
  ])('$way: every question is answered, and says that it is simulated', ({ outcome }) => {
    const { code, summary } = outcome();

    expect(code).toBe(0);
    expect(summary).toMatchObject({ state: 'completed', simulated: true });
    expect(summary.counts).toMatchObject({ scheduled: questions, answered: questions });
  });

  it.each([
    { way: 'the original flags', outcome: () => flags },
    { way: 'an LVBench configuration', outcome: () => lvbench },
  ])('$way: only what was in flight at the kill is asked for again', ({ outcome }) => {
    const { requests } = outcome();

    expect(new Set(requests).size).toBe(questions * callsPerQuestion);
    expect(requests.length - new Set(requests).size).toBeLessThanOrEqual(mostInFlight);
  });

  it('writes the records of the original script: own fields, steps, answer', async () => {
    const source = JSON.parse(await readFile(questionsFile, 'utf8')) as OriginalRecord[];

    const records = await readRecords(join(folder, 'flags-results'), 'questions');

    expect(records.map(({ uid }) => uid)).toEqual(source.map(({ uid }) => uid));
    for (const [index, record] of records.entries()) {
      const { workflow_steps: steps, model_answer: answer, is_correct: isCorrect, ...own } = record;
      expect(own).toEqual(source[index]);
      expect(isCorrect).toBe(answer === record.answer);
      expect(Object.keys(steps)).toEqual([
        'step1_planning_requests',
        'step2_generated_images',
        'step2_retrieved_frame_paths',
        'step3_final_reasoning_and_answer',
      ]);
      expect(steps.step1_planning_requests).toHaveLength(steps.step2_generated_images.length);
      expect(steps.step2_retrieved_frame_paths.filter((path) => !existsSync(path))).toEqual([]);
    }
  });

  it('counts in the metrics file what the results file holds', async () => {
    const prefix = join(folder, 'flags-results', resultPrefix('questions'));
    const records = await readRecords(join(folder, 'flags-results'), 'questions');

    const metrics: unknown = JSON.parse(await readFile(`${prefix}_metrics.json`, 'utf8'));

    const correct = records.filter((record) => record.is_correct).length;
    expect(metrics).toEqual({
      total_samples: questions,
      answered_samples: questions,
      correct_answers: correct,
      accuracy: correct / questions,
    });
  });

  it('marks answers about real footage as guesses, in the reply and in the report', async () => {
    const records = await readRecords(join(folder, 'flags-results'), 'questions');

    const report = await runCli(['report', lvbench.summary.runId], { home: place.home });

    const replies = records.map((record) => record.workflow_steps.step3_final_reasoning_and_answer);
    expect(replies.filter((reply) => !reply.includes('simulated guess'))).toEqual([]);
    expect(report.stdout).toContain(
      `the simulated model guessed ${questions} of ${questions} answers`,
    );
  });

  it('gives the same answers both ways', async () => {
    const byFlags = await readRecords(join(folder, 'flags-results'), 'questions');

    const byConfig = await readRecords(join(folder, 'results'), 'video_info.meta');

    const answers = (records: OriginalRecord[]) =>
      records.map(({ uid, model_answer: answer }) => ({ uid, answer }));
    expect(answers(byConfig)).toEqual(answers(byFlags));
  });

  it('measures retrieval over the questions with a time span, where frame times are known', async () => {
    const { rows } = await readRun(place.home, lvbench.summary.runId);

    expect(flags.summary.retrieval).toBeNull();
    expect(lvbench.summary.retrieval?.items).toBe(questionsWithTime);
    expect(rows.filter((row) => row.gold_spans.length > 0)).toHaveLength(questionsWithTime);
  });
});

type Outcome = {
  readonly code: number | null;
  readonly summary: RunSummary;
  /** Hash of every request that the provider billed. */
  readonly requests: readonly string[];
};

/** Ends the command with `kill -9` in the middle, gives it again, and waits for its end. */
async function runKilledOnce(
  command: readonly string[],
  home: string,
  provider: RemoteProvider,
): Promise<Outcome> {
  const before = (await provider.entries()).length;
  await provider.setLatency(slowMs);
  const first = startCli(command, { home });
  const isMidway = async () => (await provider.entries()).length >= before + callsBeforeKill;
  await Promise.race([until('the run is midway', isMidway), first.ended]);
  first.kill();
  const { signal, stderr } = await first.ended;
  if (signal !== 'SIGKILL') throw new Error(`it ended before it was killed: ${stderr}`);
  await provider.setLatency(latencyMs);
  const second = await runCli(command, { home });
  if (second.stdout === '') throw new Error(second.stderr);
  const entries = (await provider.entries()).slice(before);
  return {
    code: second.code,
    summary: JSON.parse(second.stdout) as RunSummary,
    requests: entries.map(({ requestHash }) => requestHash),
  };
}

const resultPrefix = (stem: string): string => `simulated-vlm_${stem}_image_retrieval_8frames`;

async function readRecords(folder: string, stem: string): Promise<OriginalRecord[]> {
  return JSON.parse(await readFile(join(folder, `${resultPrefix(stem)}_results.json`), 'utf8'));
}

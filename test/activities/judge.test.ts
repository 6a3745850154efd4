import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAskChat } from '../../activities/ask-chat.ts';
import { createJudgeActivities } from '../../activities/judge.ts';
import { createJudgingActivities } from '../../activities/judging.ts';
import { createPaidCall } from '../../activities/paid-call.ts';
import type { JudgeContract } from '../../domain/judging/judge-contract.ts';
import type { Row } from '../../domain/row.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import { createCalibrationReader } from '../../workers/calibration-reader.ts';
import { reencodePicture } from '../../workers/frame-reader.ts';
import { createJudgingAdmission } from '../../workers/judging-admission.ts';
import type { Stores } from '../../workers/open-stores.ts';
import { sampleItems, sampleRow, sampleRun, sampleSpec } from '../adapters/database/sample-run.ts';
import { inActivity, openTestStores } from '../support/fakes-activity.ts';
import {
  answers,
  fakePaidProvider,
  prices,
  processDies,
  refuses,
} from '../support/fakes-paid-provider.ts';
import { judgingSpec } from '../support/judging.ts';
import { createLoneLimiter } from '../support/memory-accounts.ts';
import { chatModel } from '../support/model-specs.ts';

const open = { options: [], question: 'What is lifted?', gold: 'a red box', answer: 'a box' };
const model = chatModel({
  model: 'judge-1',
  price: { inputPerM: 1, outputPerM: 2 },
  maxAttempts: 2,
});

let stores: Stores;
let provider: ReturnType<typeof fakePaidProvider>;
let sent: string[];
let spec: RunSpec;

beforeEach(async () => {
  stores = await openTestStores();
  provider = fakePaidProvider();
  sent = [];
});
afterEach(() => stores.close());

/** A run with its answers and judges. */
async function answered(
  rows: readonly Partial<Row>[],
  about: { contracts?: JudgeContract[]; calibration?: string } = {},
): Promise<void> {
  const { contracts = ['yes-no-score'], calibration } = about;
  const calibrationArtifact =
    calibration === undefined
      ? null
      : await stores.blobs.put(new TextEncoder().encode(calibration));
  spec = { ...sampleSpec('r1'), judging: judgingSpec({ contracts, model, calibrationArtifact }) };
  await stores.runs.create({ ...sampleRun('r1'), spec }, sampleItems(rows.length));
  await stores.runs.openDrive('r1', { kind: 'unfinished' });
  const recorded = rows.map((changes, n) =>
    sampleRow(`q${n}`, 1, changes.outcome ?? 'answered', { ...open, ...changes }),
  );
  await stores.runs.recordRows('r1', 1, recorded);
}

/** The activities of one process. */
function activities(processId = 'process-1') {
  const { runs, judgements, calls, blobs } = stores;
  const reader = { spec: async () => spec };
  const shared = { reader, runs, judgements, calibration: createCalibrationReader(reader, blobs) };
  const paidCall = createPaidCall({
    calls,
    ...createJudgingAdmission(judgements),
    acquire: createLoneLimiter().acquire,
    processId,
    now: Date.now,
  });
  const askChat = createAskChat({
    paidCall,
    reencodePicture,
    sendChat: ({ request, signal, clientRequestId }) => {
      sent.push(request.parts.map((part) => (part.type === 'text' ? part.text : '')).join(''));
      return provider.send(signal, clientRequestId);
    },
  });
  return {
    ...createJudgingActivities(shared),
    ...createJudgeActivities({ ...shared, calls, blobs, askChat }),
  };
}

let workflows = 0;
/** Takes up what is to be judged, and gives the references of it. */
async function plan({ redraws = false } = {}) {
  workflows += 1;
  const { planJudgements, loadJudgements } = activities();
  const about = { runId: 'r1', judging: null, redraws };
  const { judging, waiting } = await inActivity(() => planJudgements(about), {
    workflowRunId: `workflow-${workflows}`,
  });
  const { judgements } = await loadJudgements({ runId: 'r1', judging, after: 0 });
  expect(judgements).toHaveLength(waiting);
  return judgements.map(({ id: judgementId, itemId, sample }) => ({
    runId: 'r1',
    judging,
    judgementId,
    itemId,
    sample,
  }));
}
const judge = (ref: Awaited<ReturnType<typeof plan>>[number], processId?: string) =>
  inActivity(() => activities(processId).judgeAnswer(ref));
const judgementOf = async (itemId: string) =>
  (await stores.runs.row('r1', itemId, 0))?.judgements[0];

describe('planJudgements', () => {
  it('takes up open-ended answers with a known right one, and nothing that failed', async () => {
    await answered([{}, { outcome: 'failed', answer: null }, { gold: null }, {}]);

    expect((await plan()).map(({ itemId }) => itemId)).toEqual(['q0', 'q3']);
  });

  it('takes up the calibration set first', async () => {
    const known = { question: 'q', answer: 'a', prediction: 'b', verdict: 'no', score: 1 };
    await answered([{}], { calibration: `${JSON.stringify(known)}\n` });

    const refs = await plan();

    expect(refs).toHaveLength(2);
    provider.next(answers('{"pred": "no", "score": 0}'));
    await judge(refs[0]!);
    expect(JSON.parse(sent[0]!)).toMatchObject({ reference_answer: 'a', candidate_answer: 'b' });
    expect(await stores.judgements.calibrations('r1')).toMatchObject([
      { verdict: 'no', score: 0, state: 'judged' },
    ]);
    expect((await stores.runs.row('r1', 'q0', 0))?.judgements).toEqual([]);
  });

  it('says how many wait, also when it is tried again', async () => {
    await answered([{}, {}, {}]);
    const about = { runId: 'r1', judging: null, redraws: false };

    const first = await inActivity(() => activities().planJudgements(about));
    const again = await inActivity(() => activities().planJudgements(about));

    expect(first).toEqual({ judging: 1, waiting: 3 });
    expect(again).toEqual(first);
  });
});

describe('judgeAnswer', () => {
  it('notes verdict, score, reply and the model that replied, with what it cost', async () => {
    await answered([{}]);
    const [ref] = await plan();
    provider.next(answers("{'pred': 'yes', 'score': '4.8'}"));

    expect(await judge(ref!)).toEqual({ state: 'judged' });

    const judgement = await judgementOf('q0');
    expect(judgement).toMatchObject({
      state: 'judged',
      verdict: 'yes',
      score: 4.8,
      response_model: 'looker',
    });
    const reply = await stores.blobs.get(judgement!.artifact!);
    expect(new TextDecoder().decode(reply)).toBe("{'pred': 'yes', 'score': '4.8'}");
    const [total] = await stores.runs.judgementTotals('r1');
    expect(total?.usage).toMatchObject({ calls: 1, paid_usd: prices.billed });
    expect(JSON.parse(sent[0]!)).toEqual({
      question: 'What is lifted?',
      reference_answer: 'a red box',
      candidate_answer: 'a box',
    });
  });

  it('a reply without a judgement is a state of its own, never a score', async () => {
    await answered([{}]);
    const [ref] = await plan();
    provider.next(answers('It depends.'));

    expect(await judge(ref!)).toEqual({ state: 'unparsed' });

    expect(await judgementOf('q0')).toMatchObject({
      state: 'unparsed',
      verdict: null,
      score: null,
    });
  });

  it('shows both answers of a pair, each beside its own question', async () => {
    const pair = { categories: { pair: ['x'] } };
    await answered(
      [
        { ...pair, question: 'What is lifted?', answer: 'a box' },
        { ...pair, question: 'Which thing is lifted?', answer: 'a crate' },
      ],
      { contracts: ['consistency'] },
    );
    const refs = await plan();
    provider.next(answers('{"score": 3}'));

    await judge(refs[0]!);

    expect(refs).toHaveLength(1);
    expect(JSON.parse(sent[0]!)).toMatchObject({
      question: 'What is lifted?',
      candidate_answer: 'a box',
      second_question: 'Which thing is lifted?',
      second_candidate_answer: 'a crate',
    });
    expect(await judgementOf('q0')).toMatchObject({ dimension: 'CO', score: 3, verdict: null });
  });

  it('a process that dies after the reply was stored is not paid for again', async () => {
    await answered([{}]);
    const [ref] = await plan();
    provider.next(answers('{"pred": "yes", "score": 4}'));
    const { finish } = stores.judgements;
    stores.judgements.finish = () => Promise.reject(new Error('the process is gone'));
    await expect(judge(ref!)).rejects.toThrow();
    stores.judgements.finish = finish;

    expect(await judge(ref!, 'process-2')).toEqual({ state: 'judged' });

    expect(provider.arrived).toHaveLength(1);
    const [total] = await stores.runs.judgementTotals('r1');
    expect(total?.usage).toMatchObject({ calls: 1, cached_calls: 0, paid_usd: prices.billed });
  });

  it('a process that dies while the request is under way leaves its intent open, and asks again', async () => {
    await answered([{}]);
    const [ref] = await plan();
    provider.next(processDies(), answers('{"pred": "yes", "score": 4}'));
    await expect(judge(ref!)).rejects.toThrow();

    expect(await judge(ref!, 'process-2')).toEqual({ state: 'judged' });

    const { openIntents, settledUsd } = await stores.calls.ledger('r1');
    expect(openIntents).toHaveLength(1);
    expect(settledUsd).toBeCloseTo(prices.billed, 9);
  });

  it('once made, is not made again: a second judging has nothing to do and costs nothing', async () => {
    await answered([{}]);
    const [ref] = await plan();
    provider.next(answers('{"pred": "yes", "score": 4}'));
    await judge(ref!);

    expect(await judge(ref!)).toEqual({ state: 'ended' });
    expect(await plan()).toEqual([]);
    expect(provider.arrived).toHaveLength(1);
  });

  it('an equal answer of another run is not paid for again', async () => {
    await answered([{}]);
    provider.next(answers('{"pred": "yes", "score": 4}'));
    await judge((await plan())[0]!);
    const { judging } = spec;
    spec = { ...sampleSpec('r2'), judging: judging! };
    const { create, openDrive, recordRows } = stores.runs;
    await create({ ...sampleRun('r2'), spec }, sampleItems(1));
    await openDrive('r2', { kind: 'unfinished' });
    await recordRows('r2', 1, [sampleRow('q0', 1, 'answered', { ...open, run_id: 'r2' })]);
    const about = { runId: 'r2', judging: null, redraws: false };
    await inActivity(() => activities().planJudgements(about));
    const [due] = (await activities().loadJudgements({ runId: 'r2', judging: 1, after: 0 }))
      .judgements;

    const ref = { runId: 'r2', judging: 1, judgementId: due!.id, itemId: 'q0', sample: 0 };
    expect(await judge(ref)).toEqual({ state: 'judged' });

    expect(provider.arrived).toHaveLength(1);
    const [total] = await stores.runs.judgementTotals('r2');
    expect(total?.usage).toMatchObject({ calls: 0, cached_calls: 1, paid_usd: 0 });
  });

  it('failed for good, keeps its class, and the next judging heals it', async () => {
    await answered([{}]);
    const [ref] = await plan();
    provider.next(refuses(500), refuses(500));
    await expect(judge(ref!)).rejects.toMatchObject({ action: 'retry' });
    await expect(judge(ref!)).rejects.toMatchObject({ action: 'fail' });
    expect(await judgementOf('q0')).toMatchObject({
      state: 'failed',
      failure_class: 'provider_error',
      score: null,
    });

    const [again] = await plan();
    provider.next(answers('{"pred": "no", "score": 1}'));

    expect(await judge(again!)).toEqual({ state: 'judged' });
    expect(await judgementOf('q0')).toMatchObject({ verdict: 'no', failure_class: null });
  });

  it('asks anew, under another key, where the reply could not be read', async () => {
    await answered([{}]);
    provider.next(answers('It depends.'), answers('{"pred": "no", "score": 1}'));
    await judge((await plan())[0]!);
    expect(await plan()).toEqual([]);

    const [again] = await plan({ redraws: true });

    expect(await judge(again!)).toEqual({ state: 'judged' });
    expect(provider.arrived).toHaveLength(2);
    const [total] = await stores.runs.judgementTotals('r1');
    expect(total?.usage).toMatchObject({ calls: 2, paid_usd: 2 * prices.billed });
  });

  it('a key that is refused stops the judging, not the run, and leaves the judgement to be made', async () => {
    await answered([{}, {}]);
    const [first, second] = await plan();
    provider.next(refuses(401, 'invalid_api_key'), refuses(401, 'invalid_api_key'));

    await expect(judge(first!)).rejects.toMatchObject({ failureClass: 'auth', action: 'retry' });
    await expect(judge(first!)).rejects.toMatchObject({ failureClass: 'auth', action: 'stop' });
    await expect(judge(second!)).rejects.toMatchObject({ failureClass: 'auth', stopsRun: true });

    expect(provider.arrived).toHaveLength(2);
    expect(await stores.judgements.latest('r1')).toMatchObject({
      stopReason: 'provider',
      stopDetail: { class: 'auth' },
    });
    expect(await stores.runs.get('r1')).toMatchObject({ state: 'running', admission: 'open' });
    expect((await plan()).map(({ itemId }) => itemId)).toEqual(['q0', 'q1']);
  });

  it('fits into the budget of its run, or stops the judging', async () => {
    await answered([{}]);
    spec = { ...spec, run: { ...spec.run, budgetUsd: 0.000_001 } };
    const [ref] = await plan();

    await expect(judge(ref!)).rejects.toMatchObject({ name: 'BudgetRefusal' });

    expect(provider.arrived).toEqual([]);
    expect(await stores.judgements.latest('r1')).toMatchObject({ stopReason: 'budget' });
  });
});

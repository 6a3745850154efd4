import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BillEntry, BillTotals } from '../../simulator/server/bill.ts';
import {
  type CliProcess,
  e2eObstacle,
  makeHome,
  runCli,
  startCli,
  until,
} from '../support/e2e-cli.ts';
import { drawDataset, writeConfig } from '../support/e2e-evaluation.ts';
import { startRemoteProvider } from '../support/e2e-provider.ts';
import { listRuns, readRun, type RunState } from '../support/e2e-state.ts';
import { metricsAskedFor } from '../support/ops-files.ts';
import { readMetrics, type Scrape } from '../support/read-metrics.ts';
import { type ReceivedSpan, readSpans, startSpanReceiver } from '../support/span-receiver.ts';

const items = 10;
const key = 'sk-canary-9b27d0e4c1f85a63';

// One run, watched: by a process that serves metrics and writes a log, beside the provider's bill.
describe.skipIf(e2eObstacle !== null)('a run that is watched', () => {
  const closers: (() => Promise<unknown>)[] = [];
  let worker: CliProcess;
  let scrape: Scrape;
  let bill: BillTotals;
  let billed: BillEntry[];
  let state: RunState;
  let log: Record<string, unknown>[];
  let received: readonly string[];
  let spans: readonly ReceivedSpan[];

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'videoqa-telemetry-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const provider = await startRemoteProvider(folder);
    closers.push(() => provider.close());
    await provider.setFaults({ rate: 0.2, kinds: ['content_filter', 'server_error'] });
    const place = await makeHome();
    closers.push(place.remove);
    const { home } = place;

    const receiver = await startSpanReceiver();
    closers.push(receiver.close);
    const keyed = { E2E_WATCHED_KEY: key };
    const environment = {
      ...keyed,
      VIDEOQA_OTLP_ENDPOINT: receiver.url,
      VIDEOQA_TRACE_SHARE: '1',
    };
    worker = startCli(['up', '--metrics', '0'], { home, environment });
    const address = await until(
      'metrics are served',
      () => /^Metrics: (\S+)$/m.exec(worker.said())?.[1],
    );
    const config = await writeConfig(join(folder, 'run.yaml'), {
      name: 'watched',
      dataset: await drawDataset(items),
      items,
      providerUrl: provider.url,
      strategy: 'imagined-keyframes',
      apiKeyEnv: 'E2E_WATCHED_KEY',
      failOn: 1,
    });
    const end = await runCli(['run', config, '--json'], { home, environment: keyed });
    if (end.code !== 0 && end.code !== 4) throw new Error(end.stderr);

    scrape = await readMetrics(address);
    [bill, billed] = await Promise.all([provider.totals(), provider.entries()]);
    state = await readRun(home, (await listRuns(home))[0]!.runId);
    worker.kill('SIGTERM');
    await worker.ended;
    received = receiver.bodies;
    spans = readSpans(received);
    const text = await readFile(join(home, 'logs', 'worker.log'), 'utf8');
    log = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }, 240_000);
  afterAll(async () => {
    for (const close of closers.toReversed()) await close();
  });

  it("counts calls, tokens, pictures and money as the provider's bill does", () => {
    expect(scrape.sum('videoqa_calls_total')).toBe(bill.requests);
    const withFault = (wanted: string | null) =>
      billed.filter(({ fault }) => fault === wanted).length;
    expect(scrape.sum('videoqa_calls_total', { class: 'none' })).toBe(withFault(null));
    expect(scrape.sum('videoqa_calls_total', { class: 'provider_error', action: 'retry' })).toBe(
      withFault('server_error'),
    );
    expect(scrape.sum('videoqa_cost_usd_total', { kind: 'paid' })).toBeCloseTo(bill.costUsd, 9);
    expect(scrape.sum('videoqa_tokens_total', { direction: 'input' })).toBe(bill.promptTokens);
    expect(scrape.sum('videoqa_tokens_total', { direction: 'output' })).toBe(bill.completionTokens);
    expect(scrape.sum('videoqa_images_total')).toBe(bill.images);
    expect(scrape.sum('videoqa_call_duration_seconds_count')).toBe(bill.requests);
    expect(scrape.sum('videoqa_calls_in_flight')).toBe(0);
    expect(scrape.sum('videoqa_duplicate_spend_usd_total')).toBe(0);
  });

  it('counts items as the rows do', () => {
    const { rows, counts } = state;
    expect(counts.failed).toBeGreaterThan(0);

    for (const outcome of ['answered', 'unparsed', 'failed'] as const) {
      const recorded = rows.filter((row) => row.outcome === outcome).length;
      expect(scrape.sum('videoqa_items_ended_total', { outcome })).toBe(recorded);
    }
    for (const row of rows) {
      if (row.failure === null) continue;
      const { class: failureClass, step } = row.failure;
      const same = rows.filter(
        ({ failure }) => failure?.class === failureClass && failure.step === step,
      );
      expect(
        scrape.sum('videoqa_item_failures_total', { class: failureClass, step: step ?? 'none' }),
      ).toBe(same.length);
    }
    const { run, ledger } = state;
    expect(scrape.sum('videoqa_run_items', { run: run.runId })).toBe(items);
    expect(scrape.sum('videoqa_run_spent_usd', { run: run.runId })).toBeLessThanOrEqual(
      ledger.settledUsd,
    );
    expect(scrape.sum('videoqa_unclassified_errors_total')).toBe(0);
  });

  it('tells of steps, embedding, the event loop, and of the SDK at the same address', () => {
    for (const step of ['plan', 'generate', 'embed-retrieve', 'answer']) {
      expect(scrape.sum('videoqa_step_duration_seconds_count', { step })).toBeGreaterThan(0);
    }
    expect(scrape.sum('videoqa_limiter_places')).toBeGreaterThan(0);
    expect(scrape.sum('videoqa_embedding_pictures_total')).toBeGreaterThan(0);
    expect(scrape.sum('videoqa_event_loop_lag_seconds', { quantile: '1' })).toBeGreaterThan(0);
    expect(scrape.sum('temporal_workflow_completed_total')).toBeGreaterThan(0);
  });

  it('has every metric that the dashboard and the alerts ask for', async () => {
    const asked = await metricsAskedFor();

    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((name) => !scrape.names.includes(name))).toEqual([]);
  });

  it('names no item and asks no question in a label', () => {
    for (const { item_id, question } of state.rows) {
      expect(scrape.text).not.toContain(`"${item_id}"`);
      expect(scrape.text).not.toContain(question);
    }
  });

  it('tells the key to nobody: not in metrics, spans or log', () => {
    expect(received.join('').length).toBeGreaterThan(1000);
    for (const told of [scrape.text, received.join(''), JSON.stringify(log), worker.said()]) {
      expect(told).not.toContain(key);
      expect(told).not.toContain(Buffer.from(key).toString('base64').slice(0, 24));
    }
  });

  it('logs lines of JSON that name run, item, step and workflow of what they concern', () => {
    const stepOf = new Map([
      ['planImageRequests', 'plan'],
      ['generateImage', 'generate'],
      ['answerQuestion', 'answer'],
    ]);
    const failed = log.filter(({ activityType }) => stepOf.has(String(activityType)));
    expect(failed.length).toBeGreaterThan(0);

    const workflows = new Map(state.rows.map((row) => [row.item_id, row.workflow_id]));
    for (const line of failed) {
      const step = stepOf.get(String(line['activityType']));
      expect(line).toMatchObject({ run: state.run.runId, step });
      expect(line['workflowId']).toBe(workflows.get(String(line['item'])));
    }
    for (const line of log.filter(({ workflowId }) => workflowId !== undefined)) {
      expect(line['run']).toBe(state.run.runId);
    }
  });

  it('sends one span per paid call, with the attributes that are required', () => {
    const calls = spans.filter(
      ({ attributes }) => attributes['gen_ai.operation.name'] !== undefined,
    );

    expect(calls).toHaveLength(bill.requests);
    for (const { name, attributes, kind } of calls) {
      const { 'gen_ai.operation.name': operation, 'gen_ai.request.model': model } = attributes;
      expect(name).toBe(`${String(operation)} ${String(model)}`);
      expect(kind).toBe(3); // CLIENT in OTLP
      expect(attributes['gen_ai.provider.name']).toBe('simulated');
      expect(attributes['videoqa.run.id']).toBe(state.run.runId);
      if (operation === 'chat') expect(attributes['gen_ai.request.max_tokens']).toBe(4096);
    }
    const answered = calls.filter(
      ({ attributes }) =>
        attributes['gen_ai.operation.name'] === 'chat' && attributes['error.type'] === undefined,
    );
    const tokens = (name: string) =>
      answered.reduce((sum, { attributes }) => sum + Number(attributes[name]), 0);
    const chats = billed.filter(({ kind, fault }) => kind === 'chat' && fault === null);
    expect(tokens('gen_ai.usage.input_tokens')).toBe(
      chats.reduce((sum, { promptTokens }) => sum + promptTokens, 0),
    );
    expect(tokens('gen_ai.usage.output_tokens')).toBe(
      chats.reduce((sum, { completionTokens }) => sum + completionTokens, 0),
    );
    for (const { attributes } of answered) {
      expect(attributes['gen_ai.response.id']).toEqual(expect.any(String));
      expect(attributes['gen_ai.response.model']).toBe('simulated-vlm');
      expect(attributes['gen_ai.response.finish_reasons']).toEqual(['stop']);
    }
  });

  it('marks calls that failed with their class', () => {
    const failed = spans.filter(
      ({ attributes, kind }) => kind === 3 && attributes['error.type'] !== undefined,
    );

    expect(failed).toHaveLength(billed.filter(({ fault }) => fault !== null).length);
    expect(failed.every(({ isError }) => isError)).toBe(true);
  });

  it('hangs calls below their step, and steps below their item', () => {
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    const parentOf = (span: ReceivedSpan) => byId.get(span.parentSpanId ?? '');
    const roots = spans.filter(({ parentSpanId }) => parentSpanId === null);

    expect(roots.map(({ attributes }) => String(attributes['videoqa.item.id'])).toSorted()).toEqual(
      state.rows.map(({ item_id }) => item_id).toSorted(),
    );
    for (const call of spans.filter(({ kind }) => kind === 3)) {
      const step = parentOf(call);
      const item = step && parentOf(step);
      expect(step?.name).toBe(call.attributes['videoqa.step']);
      expect(item?.parentSpanId).toBeNull();
      expect(item?.attributes['videoqa.item.id']).toBe(call.attributes['videoqa.item.id']);
      expect(item?.traceId).toBe(call.traceId);
    }
  });

  it('sends no question, no prompt and no reply', () => {
    const text = received.join('');
    for (const { question, answer_text, planned } of state.rows) {
      expect(text).not.toContain(question);
      for (const { prompt } of planned) expect(text).not.toContain(prompt);
      if ((answer_text ?? '').length > 8) expect(text).not.toContain(answer_text);
    }
  });

  it('logs no question', () => {
    const text = JSON.stringify(log);
    for (const { question } of state.rows) expect(text).not.toContain(question);
  });
});

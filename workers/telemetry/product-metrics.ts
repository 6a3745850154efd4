import type { MetricRegistry } from '../../adapters/telemetry/metric-registry.ts';
import type { Labels } from '../../adapters/telemetry/metric-series.ts';
import { outcomes } from '../../domain/outcome.ts';
import type { Observer, SettledCall } from './observer.ts';

/** From one local read to a call that runs into its deadline. */
const secondsBounds = [0.005, 0.02, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 180, 600];

/** Counts of this process, by what it is told. No label names an item, a question or a key. */
export function countingObserver(registry: MetricRegistry): Observer {
  const calls = callCounters(registry);
  const wire = wireMetrics(registry);
  const steps = stepMetrics(registry);
  const ended = registry.counter(
    'videoqa_items_ended_total',
    'Items whose row this process recorded, by outcome.',
  );
  // A rate needs a first value: a run without an end is what an alert is about.
  for (const outcome of outcomes) ended.add({ outcome }, 0);
  const failed = registry.counter(
    'videoqa_item_failures_total',
    'Items recorded as failed, by failure class and step.',
  );
  return {
    ...calls,
    ...wire,
    ...steps,
    rowsRecorded(rows) {
      for (const { outcome, failure } of rows) {
        ended.add({ outcome });
        if (failure !== null) failed.add({ class: failure.class, step: failure.step ?? 'none' });
      }
    },
  };
}

function callCounters(registry: MetricRegistry): Pick<Observer, 'callSettled' | 'callReused'> {
  const settled = registry.counter(
    'videoqa_calls_total',
    'Paid calls that were settled, by failure class (none = a usable reply) and what was done.',
  );
  const cost = registry.counter(
    'videoqa_cost_usd_total',
    'US dollars: paid = settled by this process; list = without earlier paid replies.',
  );
  const tokens = registry.counter('videoqa_tokens_total', 'Tokens as the provider counts them.');
  const images = registry.counter('videoqa_images_total', 'Pictures that were made.');
  const hits = registry.counter(
    'videoqa_cache_hits_total',
    'Calls answered by a reply that was paid for before.',
  );
  const duplicate = registry.counter(
    'videoqa_duplicate_spend_usd_total',
    'US dollars for a second usable reply to one call.',
  );
  const waited = registry.counter(
    'videoqa_provider_wait_seconds_total',
    'Waiting that providers asked for.',
  );
  duplicate.add({}, 0);
  const countUsage = (by: Labels, { usage }: SettledCall): void => {
    tokens.add({ ...by, direction: 'input' }, usage?.promptTokens ?? 0);
    tokens.add({ ...by, direction: 'output' }, usage?.completionTokens ?? 0);
    images.add(by, usage?.images ?? 0);
  };
  return {
    callSettled(call) {
      const { account, model, failureClass, action, priceUsd } = call;
      const by = { account, model };
      settled.add({ ...by, class: failureClass ?? 'none', action: action ?? 'none' });
      countUsage(by, call);
      cost.add({ ...by, kind: 'paid' }, priceUsd ?? 0);
      cost.add({ ...by, kind: 'list' }, priceUsd ?? 0);
      if (call.isDuplicate) duplicate.add({}, priceUsd ?? 0);
      if (action === 'wait') waited.add({ account }, (call.retryAfterMs ?? 0) / 1000);
    },
    callReused({ account, model, listUsd }) {
      hits.add({ account, model });
      cost.add({ account, model, kind: 'list' }, listUsd ?? 0);
    },
  };
}

function wireMetrics(registry: MetricRegistry): Pick<Observer, 'callSent' | 'placeAsked'> {
  const inFlight = registry.gauge(
    'videoqa_calls_in_flight',
    'Requests that have left and have no reply yet.',
  );
  const duration = registry.histogram(
    'videoqa_call_duration_seconds',
    'From sending a request to the last byte of its reply.',
    secondsBounds,
  );
  const waited = registry.counter(
    'videoqa_limiter_wait_seconds_total',
    'Waiting for a place in the limiter.',
  );
  const open = new Map<string, number>();
  const change = (account: string, by: 1 | -1): void => {
    const next = (open.get(account) ?? 0) + by;
    open.set(account, next);
    inFlight.set({ account }, next);
  };
  return {
    callSent({ model: { account, model } }) {
      const sent = performance.now();
      change(account, 1);
      return () => {
        change(account, -1);
        duration.observe({ account, model }, (performance.now() - sent) / 1000);
      };
    },
    placeAsked({ account, waitedMs }) {
      waited.add({ account }, waitedMs / 1000);
    },
  };
}

function stepMetrics(registry: MetricRegistry): Pick<Observer, 'stepStarted'> {
  const duration = registry.histogram(
    'videoqa_step_duration_seconds',
    'One attempt of a step, by how it ended.',
    secondsBounds,
  );
  const unclassified = registry.counter(
    'videoqa_unclassified_errors_total',
    'Attempts that ended in an error that nobody foresaw.',
  );
  unclassified.add({}, 0);
  return {
    stepStarted({ step, activity }) {
      const started = performance.now();
      return (failure) => {
        const end = failure === null ? 'done' : failure.action;
        duration.observe({ step: step ?? activity, end }, (performance.now() - started) / 1000);
        // A paused run makes its steps wait, without a class of its own.
        if (failure?.class === 'unclassified' && failure.action !== 'wait') unclassified.add({});
      };
    },
  };
}

import { expect, it } from 'vitest';
import { createMetricRegistry } from '../../../adapters/telemetry/metric-registry.ts';

it('writes counters by label, with help and type', async () => {
  const registry = createMetricRegistry();
  const calls = registry.counter('calls_total', 'Calls.');
  calls.add({ model: 'a' });
  calls.add({ model: 'a' }, 2);
  calls.add({ model: 'b' });

  expect(await registry.render()).toBe(
    '# HELP calls_total Calls.\n# TYPE calls_total counter\n' +
      'calls_total{model="a"} 3\ncalls_total{model="b"} 1\n',
  );
});

it('counts an observation in every bucket that holds it, and keeps the sum', async () => {
  const registry = createMetricRegistry();
  const seconds = registry.histogram('seconds', 'Time.', [0.1, 1]);
  for (const value of [0.1, 0.5, 3]) seconds.observe({}, value);

  const lines = (await registry.render()).split('\n').slice(2, -1);
  expect(lines).toEqual([
    'seconds_bucket{le="0.1"} 1',
    'seconds_bucket{le="1"} 2',
    'seconds_bucket{le="+Inf"} 3',
    'seconds_sum 3.6',
    'seconds_count 3',
  ]);
});

it('escapes what a label value must not hold', async () => {
  const registry = createMetricRegistry();
  registry.gauge('places', 'Places.').set({ account: 'a"b\\c\nd' }, 1);

  expect(await registry.render()).toContain('places{account="a\\"b\\\\c\\nd"} 1');
});

it('reads gauges before each scrape, forgets what is gone, and survives a reading that fails', async () => {
  const registry = createMetricRegistry();
  const items = registry.gauge('items', 'Items.');
  let run = 'first';
  registry.onScrape(() => {
    items.clear();
    items.set({ run }, 5);
  });
  registry.onScrape(() => Promise.reject(new Error('the database is locked')));

  expect(await registry.render()).toContain('items{run="first"} 5');
  run = 'second';
  const text = await registry.render();
  expect(text).toContain('items{run="second"} 5');
  expect(text).not.toContain('first');
});

it('refuses a name twice', () => {
  const registry = createMetricRegistry();
  registry.gauge('items', 'Items.');

  expect(() => registry.counter('items', 'Items.')).toThrow('items is registered twice');
});

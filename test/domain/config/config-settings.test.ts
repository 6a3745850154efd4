import { expect, it } from 'vitest';
import { configSchema } from '../../../domain/config/config.ts';
import { configSettings, providerSettings } from '../../../domain/config/config-settings.ts';

const config = configSchema.parse({
  name: 'a-run',
  dataset: { format: 'lvbench', path: '/meta.jsonl', frames: '/frames' },
  models: {
    answer: { provider: 'openai', model: 'vlm', concurrency: 4, extraBody: { top_p: 0.5 } },
    plan: { model: 'planner' },
  },
  strategy: { name: 'uniform' },
});
const lines: Readonly<Record<string, number>> = {
  name: 1,
  'models.answer.model': 5,
  'models.answer.concurrency': 6,
  'models.answer.extraBody.top_p': 7,
  'models.plan.model': 9,
};
const originOf = (path: readonly string[]) => {
  const line = lines[path.join('.')];
  return line === undefined ? null : `run.yaml:${line}`;
};
const found = Object.fromEntries(
  configSettings(config, originOf).map(({ setting, value, origin }) => [setting, [value, origin]]),
);

it.each([
  ['name', 'a-run', 'run.yaml:1'],
  ['models.answer.concurrency', 4, 'run.yaml:6'],
  ['models.answer.timeoutS', 180, 'default'],
  ['models.plan.model', 'planner', 'run.yaml:9'],
  ['models.plan.concurrency', 4, 'models.answer (run.yaml:6)'],
  ['models.plan.timeoutS', 180, 'default'],
  // It belongs to the model, and the planner is another one.
  ['models.plan.extraBody', {}, 'default'],
  ['run.itemsInFlight', 32, 'default'],
])('%s is %j from %s', (setting, value, origin) => {
  expect(found[setting]).toEqual([value, origin]);
});

it('names what a provider stands for', () => {
  expect(providerSettings(config)).toContainEqual({
    setting: 'models.plan.apiKeyEnv',
    value: 'OPENAI_API_KEY',
    origin: 'default of openai',
  });
});

import { describe, expect, it } from 'vitest';
import { configSchema } from '../../domain/config/config.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import { mergeConfig, type RawConfig } from '../../domain/config/raw-config.ts';
import { resolveConfig } from '../../domain/config/resolve-config.ts';
import { describeDifference, runIdentity, runNameForIds } from '../../domain/run-identity.ts';

const base = {
  name: 'a-run',
  dataset: { format: 'lvbench', path: '/meta.jsonl', frames: '/frames' },
  models: {
    answer: { provider: 'openai-compatible', baseUrl: 'http://host/v1', model: 'vlm' },
    image: { provider: 'ark', model: 'painter' },
    embedding: { model: 'some/siglip', path: '/models/siglip' },
  },
  strategy: { name: 'imagined-keyframes' },
};

function identify(change: RawConfig = {}, datasetHash = 'd1', promptVersion = 'p1') {
  const config = configSchema.parse(mergeConfig(base, change));
  const surroundings = {
    promptVersion,
    simulatedBaseUrl: null,
    overwrite: false,
    extractTimes: null,
  };
  return runIdentity(resolveConfig(config, surroundings), datasetHash);
}

describe('runIdentity', () => {
  it('is the name and 8 digits of the hash of everything that results depend on', () => {
    const { identity, runId } = identify();

    expect(runId).toBe(`a-run-${sha256Hex(identity).slice(0, 8)}`);
    expect(identify()).toEqual({ identity, runId });
  });

  it.each<[string, RawConfig]>([
    ['run.*', { run: { itemsInFlight: 1, priority: 1, failOn: 1, cache: 'run' } }],
    [
      'limits',
      { models: { answer: { concurrency: 1, timeoutS: 9, maxAttempts: 2, maxWaitS: 1 } } },
    ],
    ['prices', { models: { image: { price: { image: 3 } } } }],
    ['key variables', { models: { answer: { apiKeyEnv: 'OTHER_KEY' } } }],
    ['output', { output: '/elsewhere' }],
    ['folders', { dataset: { frames: '/moved' }, models: { embedding: { path: '/moved' } } }],
    ['onContextLength at its default', { strategy: { onContextLength: 'fail' } }],
    ['devices', { models: { embedding: { device: 'cuda' } } }],
  ])('does not depend on %s', (_, change) => {
    expect(identify(change).runId).toBe(identify().runId);
  });

  it.each<[string, RawConfig]>([
    ['models.answer.endpoint', { models: { answer: { identity: 'lab' } } }],
    ['models.answer.model', { models: { answer: { model: 'other' }, plan: { model: 'vlm' } } }],
    [
      'models.answer.temperature',
      { models: { answer: { temperature: 0 }, plan: { temperature: null } } },
    ],
    ['models.plan.seed', { models: { plan: { seed: 7 } } }],
    ['models.plan.maxTokens', { models: { plan: { maxTokens: 7 } } }],
    ['models.image.size', { models: { image: { size: '1K' } } }],
    ['models.image.extraBody.style', { models: { image: { extraBody: { style: 'x' } } } }],
    ['models.embedding.model', { models: { embedding: { model: 'other' } } }],
    ['models.embedding.dtype', { models: { embedding: { dtype: 'fp16' } } }],
    ['strategy.topK', { strategy: { topK: 4 } }],
    ['strategy.answerFrames', { strategy: { answerFrames: null } }],
    ['prompts', { prompt: { suite: 'egoschema' } }],
    ['prompt.frameIds', { prompt: { frameIds: true } }],
    ['prompt.timestamps', { prompt: { timestamps: true } }],
    ['strategy.onContextLength', { strategy: { onContextLength: 'fewer-frames' } }],
  ])('depends on %s', (field, change) => {
    const before = identify();
    const after = identify(change);

    expect(after.runId).not.toBe(before.runId);
    const fields = describeDifference(before.identity, after.identity).map(
      (line) => line.split(':')[0],
    );
    expect(fields).toContain(field);
  });

  it('has nothing of a prompt that is as it was before there was a choice', () => {
    const parts = Object.keys(JSON.parse(identify().identity) as object);

    expect(parts.toSorted()).toEqual(['dataset', 'models', 'prompts', 'scoring', 'strategy']);
  });

  it('does not depend on media that a blind run does not look at', () => {
    const blind = { strategy: { name: 'blind' } };
    const videos = { dataset: { videos: '/v', extract: { count: 8 } } };

    expect(identify(mergeConfig(blind, videos)).runId).toBe(identify(blind).runId);
  });

  it('is as it was before onContextLength existed where nothing is said of it', () => {
    expect(identify().identity).not.toContain('onContextLength');
  });

  it('depends on the items and on the prompts', () => {
    const ids = [identify(), identify({}, 'd2'), identify({}, 'd1', 'p2')].map(
      ({ runId }) => runId,
    );

    expect(new Set(ids).size).toBe(3);
  });

  it('does not depend on a planning model that the strategy never asks', () => {
    const uniform = { strategy: { name: 'uniform' } };

    const other = identify({ ...uniform, models: { plan: { seed: 7 } } });

    expect(other.runId).toBe(identify(uniform).runId);
  });
});

describe('describeDifference', () => {
  it('names each changed field with both values', () => {
    const before = identify();
    const after = identify({ strategy: { topK: 16, answerFrames: null } }, 'd2');

    expect(describeDifference(before.identity, after.identity)).toEqual([
      'dataset: "d1" -> "d2"',
      'strategy.answerFrames: 8 -> null',
      'strategy.topK: 8 -> 16',
    ]);
  });

  it('says when a field is on one side only', () => {
    const before = identify();
    const after = identify({ models: { image: { extraBody: { style: 'ink' } } } });

    expect(describeDifference(before.identity, after.identity)).toEqual([
      'models.image.extraBody: {} -> (none)',
      'models.image.extraBody.style: (none) -> "ink"',
    ]);
  });

  it('is empty for one identity', () => {
    expect(describeDifference(identify().identity, identify().identity)).toEqual([]);
  });
});

describe('runNameForIds', () => {
  it.each([
    ['lvbench-imagined', 'lvbench-imagined'],
    ['my run / v2', 'my-run-v2'],
    ['Café_1.5', 'Cafe-_1.5'],
    ['../..', 'run'],
    ['视频', 'run'],
  ])('makes %s safe in ids as %s', (name, expected) => {
    expect(runNameForIds(name)).toBe(expected);
  });

  it('keeps ids short', () => {
    expect(runNameForIds('x'.repeat(500))).toHaveLength(80);
  });
});

import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../domain/config/check-config.ts';
import { joinPath } from '../../../domain/config/config-problem.ts';
import { configJsonSchema } from '../../../domain/config/config.ts';
import { mergeConfig, type RawConfig } from '../../../domain/config/raw-config.ts';

const smallest = {
  name: 'small',
  dataset: { format: 'lvbench', path: 'meta.jsonl', frames: 'frames' },
  models: { answer: { provider: 'openai', model: 'a-model' } },
  strategy: { name: 'uniform' },
};

/** The problems of the smallest configuration with `change` laid over it. */
function problemsOf(change: RawConfig): string[] {
  return checkConfig(mergeConfig(smallest, change)).problems.map(
    ({ path, message }) => `${joinPath(path)}: ${message}`,
  );
}

describe('checkConfig', () => {
  it('fills in every default', () => {
    const { config } = checkConfig(smallest);

    expect(config?.models.answer).toEqual({
      provider: 'openai',
      model: 'a-model',
      temperature: null,
      seed: null,
      timeoutS: 180,
      maxAttempts: 10,
      maxWaitS: 3600,
      concurrency: 16,
      extraBody: {},
    });
    expect(config?.models.plan).toEqual({});
    expect(config?.strategy).toEqual({
      name: 'uniform',
      sampling: 'uniform.floor',
      initialFrames: 8,
      topK: 8,
      answerFrames: 8,
      maxImageRequests: 4,
      onImageFailure: 'refused-only',
      onContextLength: 'fail',
      frameOrder: 'time',
      frameMaxEdge: null,
    });
    expect(config?.prompt).toEqual({ suite: 'auto', frameIds: false, timestamps: false });
    expect(config?.run).toEqual({
      samples: 1,
      itemsInFlight: 32,
      priority: 3,
      failOn: 0.05,
      maxDegraded: 0.2,
      cache: 'shared',
    });
  });

  it('takes answerFrames: null as all frames found', () => {
    const { config } = checkConfig(mergeConfig(smallest, { strategy: { answerFrames: null } }));

    expect(config?.strategy.answerFrames).toBeNull();
  });

  it('lists all mistakes, not only the first', () => {
    const problems = problemsOf({
      dataset: { frmes: 'x' },
      strategy: { topk: 3, name: 'unifrom', initialFrames: 0 },
      models: { answer: { maxTokens: 'many', temperature: 3 } },
    });

    expect(problems.toSorted()).toEqual([
      'dataset.frmes: unknown key; did you mean frames?',
      'models.answer.maxTokens: must be a number',
      'models.answer.temperature: must be at most 2',
      'strategy.initialFrames: must be at least 1',
      'strategy.name: must be one of uniform, text-top-k, imagined-keyframes, unedited-reference, blind; did you mean uniform?',
      'strategy.topk: unknown key; did you mean topK?',
    ]);
  });

  it('names a key that is missing', () => {
    const { problems } = checkConfig({ ...smallest, name: undefined });

    expect(problems).toEqual([{ path: ['name'], isKey: false, message: 'is missing' }]);
  });

  it.each([
    ['models.answer.provider', { models: { answer: { provider: 'local' } } }],
    ['matrix', { matrix: { strategy: ['uniform'] } }],
    ['run.samples', { run: { samples: 2 } }],
    ['strategy.name', { strategy: { name: 'bolt' } }],
    ['strategy.sampling', { strategy: { sampling: 'fps' } }],
  ])('refuses %s, which is not built yet, by its name', (key, change) => {
    const problems = problemsOf(change).filter((problem) => problem.startsWith(`${key}:`));

    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('not built yet');
  });

  it('refuses a list where one value is expected', () => {
    expect(problemsOf({ strategy: { topK: [4, 8] } })).toEqual([
      'strategy.topK: a list would make several runs, which is not built yet; give one value',
    ]);
  });

  it.each(['apiKey', 'api_key', 'api-key', 'API_KEY', 'token', 'secret', 'password'])(
    'refuses a secret under %s without repeating it and points to apiKeyEnv',
    (key) => {
      const problems = problemsOf({ models: { answer: { [key]: 'sk-very-secret' } } });

      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain('apiKeyEnv');
      expect(problems[0]).not.toContain('sk-very-secret');
    },
  );

  it('refuses a secret inside extraBody and in an address', () => {
    const problems = problemsOf({
      models: {
        answer: {
          baseUrl: 'https://user:hidden@example.org/v1',
          extraBody: { headers: { 'x-api-key': 'hidden' } },
        },
      },
    });

    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain('hidden');
  });

  it('takes a key in place of a variable name for a mistake and does not repeat it', () => {
    const [problem] = problemsOf({ models: { answer: { apiKeyEnv: 'sk-very-secret' } } });

    expect(problem).toContain('must be the name of an environment variable');
    expect(problem).not.toContain('sk-very-secret');
  });

  it('asks for the models that a strategy needs', () => {
    expect(problemsOf({ strategy: { name: 'imagined-keyframes' } })).toEqual([
      'models.image: is missing; the strategy imagined-keyframes needs it to draw the pictures',
      'models.embedding: is missing; the strategy imagined-keyframes needs it to find frames',
    ]);
    expect(problemsOf({ strategy: { name: 'unedited-reference' } })).toEqual([
      'models.embedding: is missing; the strategy unedited-reference needs it to find frames',
    ]);
  });

  const { frames: _frames, ...withoutFrames } = smallest.dataset;
  const mediaProblems = (dataset: RawConfig) =>
    checkConfig({ ...smallest, dataset: { ...withoutFrames, ...dataset } }).problems.map(
      ({ path, message }) => `${joinPath(path)}: ${message}`,
    );

  it.each([
    ['a folder of frames', { frames: 'f' }],
    ['videos cut by rate', { videos: 'v', extract: { perSecond: 0.5 } }],
    ['videos cut by count', { videos: 'v', extract: { count: 32 } }],
    ['videos cut at given times', { videos: 'v', extract: { times: 'times.json' } }],
    ['videos that the format finds', { extract: { count: 8 } }],
  ])('takes frames from %s', (_, dataset) => {
    expect(mediaProblems(dataset)).toEqual([]);
  });

  it.each([
    ['nothing', {}, 'dataset.frames: is missing'],
    ['videos alone', { videos: 'v' }, 'dataset.extract: is missing'],
    ['both', { frames: 'f', videos: 'v', extract: { count: 8 } }, 'dataset.frames: stands beside'],
    ['two rules', { videos: 'v', extract: { count: 8, perSecond: 1 } }, 'dataset.extract: takes'],
    [
      'times twice',
      { videos: 'v', extract: { count: 8 }, frameTime: { perSecond: 1 } },
      'dataset.frameTime: is known',
    ],
    [
      'embeddings of other frames',
      { videos: 'v', extract: { count: 8 }, embeddings: 'pt' },
      'dataset.embeddings: name frames',
    ],
  ])('refuses frames from %s', (_, dataset, problem) => {
    expect(mediaProblems(dataset)).toEqual([expect.stringContaining(problem)]);
  });

  it('takes a text query for text-top-k alone', () => {
    const embedding = { path: 'm' };
    const text = { name: 'text-top-k', textQuery: 'question-with-options' };

    expect(problemsOf({ models: { embedding }, strategy: text })).toEqual([]);
    expect(problemsOf({ strategy: { textQuery: 'question' } })).toEqual([
      expect.stringContaining('strategy.textQuery: belongs to the strategy text-top-k'),
    ]);
  });

  it('needs no media for a blind run', () => {
    const blind = { ...smallest, dataset: withoutFrames, strategy: { name: 'blind' } };

    expect(checkConfig(blind).problems).toEqual([]);
    expect(checkConfig({ ...blind, strategy: { name: 'uniform' } }).problems).toHaveLength(1);
    expect(problemsOf({ strategy: { name: 'blind' } })).toEqual([]);
  });

  it('tells times of frames only where they are known, and nothing of frames that are not shown', () => {
    const timestamps = { prompt: { timestamps: true } };

    expect(problemsOf(timestamps)).toEqual([
      'prompt.timestamps: needs times of frames; set dataset.frameTime',
    ]);
    expect(problemsOf({ ...timestamps, dataset: { frameTime: { perSecond: 1 } } })).toEqual([]);
    expect(problemsOf({ prompt: { frameIds: true } })).toEqual([]);
    expect(problemsOf({ prompt: { frameIds: true }, strategy: { name: 'blind' } })).toEqual([
      'prompt.frameIds: has no effect on the strategy blind; remove it',
    ]);
  });

  it('names the nearest suite', () => {
    expect(problemsOf({ prompt: { suite: 'mvbnch' } })).toEqual([
      expect.stringContaining('did you mean mvbench?'),
    ]);
  });

  it('takes one way to tell frame times, not two and not none', () => {
    const either = 'dataset.frameTime: takes either perSecond or file';

    expect(problemsOf({ dataset: { frameTime: { perSecond: 1, file: 't.json' } } })).toEqual([
      either,
    ]);
    expect(
      checkConfig({ ...smallest, dataset: { ...smallest.dataset, frameTime: {} } }).problems,
    ).toMatchObject([{ path: ['dataset', 'frameTime'] }]);
    expect(problemsOf({ dataset: { frameTime: { perSecond: 2 } } })).toEqual([]);
  });

  it('takes the price of pictures by the piece or by tokens, and not a part of one', () => {
    const image = { provider: 'openai', model: 'painter' };
    const perM = { inputPerM: 5, imageInputPerM: 8, outputPerM: 10, imageOutputPerM: 32 };
    const problemsWith = (price: object) => problemsOf({ models: { image: { ...image, price } } });
    const either = 'models.image.price: takes either image, or inputPerM, imageInputPerM';

    expect(problemsWith({ image: 0.03 })).toEqual([]);
    expect(problemsWith(perM)).toEqual([]);
    for (const price of [{ inputPerM: 5 }, { ...perM, image: 0.03 }])
      expect(problemsWith(price)).toEqual([expect.stringContaining(either)]);
  });

  it('takes a priority from 1 to 5', () => {
    expect(problemsOf({ run: { priority: 1 } })).toEqual([]);
    for (const priority of [0, 6, 2.5])
      expect(problemsOf({ run: { priority } })).toEqual([
        expect.stringContaining('run.priority: must be'),
      ]);
  });

  it('takes failOn as a fraction or as a whole count', () => {
    expect(problemsOf({ run: { failOn: 0.5 } })).toEqual([]);
    expect(problemsOf({ run: { failOn: 30 } })).toEqual([]);
    expect(problemsOf({ run: { failOn: 1.5 } })).toHaveLength(1);
  });
});

describe('configJsonSchema', () => {
  it('knows the keys, their defaults and that there are no others', () => {
    const schema = configJsonSchema();

    expect(schema).toMatchObject({
      additionalProperties: false,
      required: ['name', 'dataset', 'models', 'strategy'],
      properties: {
        strategy: { additionalProperties: false, properties: { topK: { default: 8 } } },
        models: { properties: { answer: { required: ['provider', 'model'] } } },
      },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../../domain/config/config.ts';
import { sha256Hex } from '../../../domain/hashing.ts';
import { resolveConfig, type ConfigSurroundings } from '../../../domain/config/resolve-config.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

type AnswerInput = Partial<ConfigInput['models']['answer']>;

function resolved(
  {
    answer = {},
    models = {},
    ...rest
  }: { answer?: AnswerInput; models?: Partial<ConfigInput['models']> } & Partial<
    Omit<ConfigInput, 'models'>
  > = {},
  surroundings: Partial<ConfigSurroundings> = {},
) {
  const config = configSchema.parse({
    name: 'a-run',
    dataset: { format: 'lvbench', path: '/data/video_info.meta.jsonl', frames: '/data/frames' },
    models: {
      answer: {
        provider: 'openai-compatible',
        baseUrl: 'http://host:8000/v1/',
        model: 'vlm',
        ...answer,
      },
      image: { provider: 'ark', model: 'painter' },
      embedding: { model: 'some/siglip', path: '/models/siglip' },
      ...models,
    },
    strategy: { name: 'imagined-keyframes' },
    ...rest,
  });
  return resolveConfig(config, {
    promptVersion: 'prompts-1',
    simulatedBaseUrl: null,
    overwrite: false,
    extractTimes: null,
    ...surroundings,
  });
}

describe('resolveConfig', () => {
  it('names the account by provider and a hash of endpoint and key variable', () => {
    const { answer } = resolved({ answer: { apiKeyEnv: 'LAB_KEY' } }).models;

    const digits = sha256Hex('["http://host:8000/v1","LAB_KEY"]').slice(0, 8);
    expect(answer.account).toBe(`openai-compatible-${digits}`);
    expect(answer.baseUrl).toBe('http://host:8000/v1');
  });

  it('keeps the account of an endpoint with an identity when its server moves', () => {
    const before = resolved({ answer: { identity: 'lab' } }).models.answer;
    const after = resolved({ answer: { identity: 'lab', baseUrl: 'http://other/v1' } }).models
      .answer;

    expect(after.account).toBe(before.account);
    expect(after.endpointIdentity).toBe('lab');
    expect(after.baseUrl).toBe('http://other/v1');
  });

  it.each([
    ['openai', 'https://api.openai.com/v1', 'OPENAI_API_KEY', 'openai'],
    ['ark', 'https://ark.cn-beijing.volces.com/api/v3', 'ARK_API_KEY', 'ark'],
  ] as const)(
    'knows the address, key variable and image protocol of %s',
    (provider, baseUrl, apiKeyEnv, wire) => {
      const { image } = resolved({ models: { image: { provider, model: 'painter' } } }).models;

      expect(image).toMatchObject({ baseUrl, apiKeyEnv, wire });
    },
  );

  it('asks for the address of an openai-compatible endpoint', () => {
    const image = { provider: 'openai-compatible', model: 'painter' } as const;

    expect(() => resolved({ models: { image } })).toThrow(UsageError);
    expect(() => resolved({ models: { image } })).toThrow('models.image.baseUrl');
  });

  it('gives the simulated provider the address of this process and an identity that outlives it', () => {
    const simulated = { models: { answer: { provider: 'simulated', model: 'sim' } as const } };

    const { answer } = resolved(simulated, { simulatedBaseUrl: 'http://127.0.0.1:4000/v1' }).models;

    expect(answer).toMatchObject({
      baseUrl: 'http://127.0.0.1:4000/v1',
      endpointIdentity: 'simulated',
      apiKeyEnv: null,
    });
    expect(() => resolved(simulated)).toThrow(UsageError);
  });

  it('speaks Ark to simulated image models, unless told otherwise', () => {
    const image = {
      provider: 'simulated',
      baseUrl: 'http://127.0.0.1:4000/v1',
      model: 'sim',
    } as const;

    expect(resolved({ models: { image } }).models.image?.wire).toBe('ark');
    expect(resolved({ models: { image: { ...image, wire: 'openai' } } }).models.image?.wire).toBe(
      'openai',
    );
  });

  it('plans with the answering model when plan says nothing', () => {
    const { answer, plan } = resolved({
      answer: { temperature: 0.2, price: { inputPerM: 1, outputPerM: 2 } },
    }).models;

    expect(plan).toEqual(answer);
  });

  it('takes from plan only what differs', () => {
    const { answer, plan } = resolved({ models: { plan: { maxTokens: 512 } } }).models;

    expect(plan).toEqual({ ...answer, maxTokens: 512 });
  });

  it('gives a planning model of another name neither price nor extra body of the answering one', () => {
    const { plan } = resolved({
      answer: { price: { inputPerM: 1, outputPerM: 2 }, extraBody: { thinking: false } },
      models: { plan: { model: 'other' } },
    }).models;

    expect(plan).toMatchObject({ model: 'other', price: null, extraBody: {} });
  });

  it('never sends the key of the answering model to another address', () => {
    const { plan } = resolved({
      answer: { apiKeyEnv: 'LAB_KEY', identity: 'lab' },
      models: { plan: { baseUrl: 'http://elsewhere/v1' } },
    }).models;

    expect(plan).toMatchObject({ apiKeyEnv: null, endpointIdentity: 'http://elsewhere/v1' });
  });

  it('gives azure a version and a key variable, also for planning, and asks for its address', () => {
    const baseUrl = 'https://lab.openai.azure.com';
    const { answer, plan } = resolved({ answer: { provider: 'azure', baseUrl } }).models;

    expect(answer).toMatchObject({ apiVersion: '2024-10-21', apiKeyEnv: 'AZURE_OPENAI_API_KEY' });
    expect(plan).toEqual(answer);
    const azure = { answer: { provider: 'azure', baseUrl: undefined } } as const;
    expect(() => resolved(azure)).toThrow('models.answer.baseUrl is missing');
  });

  it('gives dashscope its address and key variable', () => {
    const answer = { provider: 'dashscope', baseUrl: undefined } as const;

    expect(resolved({ answer }).models.answer).toMatchObject({
      baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1',
      apiKeyEnv: 'DASHSCOPE_API_KEY',
    });
  });

  it('refuses a version where it has no effect', () => {
    const versioned = { apiVersion: '2024-10-21' };
    expect(() => resolved({ answer: versioned })).toThrow('belongs to the provider azure');

    const baseUrl = 'https://lab.openai.azure.com/openai/v1';
    const newer = { provider: 'azure', baseUrl } as const;
    expect(() => resolved({ answer: newer })).toThrow('provider openai-compatible');
  });

  it('leaves out models that the strategy does not use', () => {
    const uniform = resolved({ strategy: { name: 'uniform' } }).models;
    const control = resolved({ strategy: { name: 'unedited-reference' } }).models;

    expect(uniform).toMatchObject({ image: null, embedding: null });
    expect(control).toMatchObject({ image: null, embedding: { model: 'some/siglip' } });
  });

  it('names the dataset by its file unless it has a name', () => {
    const dataset = {
      format: 'lvbench',
      path: '/data/video_info.meta.jsonl',
      frames: '/f',
    } as const;

    expect(resolved().dataset.datasetId).toBe('video_info.meta');
    expect(resolved({ dataset: { ...dataset, name: 'lvbench' } }).dataset.datasetId).toBe(
      'lvbench',
    );
  });

  it('takes frames from a folder, or videos with the rule how to cut them', () => {
    const dataset = { format: 'lvbench', path: '/meta.jsonl', videos: '/v' } as const;
    const cut = (extract: object, extractTimes: Record<string, number[]> | null = null) =>
      resolved({ dataset: { ...dataset, extract } }, { extractTimes }).dataset.media;

    expect(resolved().dataset.media).toEqual({
      kind: 'frames',
      folder: '/data/frames',
      frameTime: null,
    });
    expect(cut({ perSecond: 2 })).toMatchObject({ folder: '/v', extract: { perSecond: 2 } });
    expect(cut({ count: 8 })).toMatchObject({ kind: 'videos', extract: { count: 8 } });
    expect(cut({ times: '/t.json' }, { a: [1] })).toMatchObject({ extract: { times: { a: [1] } } });
  });

  it('searches with the bare question unless the options are asked for', () => {
    expect(resolved({ strategy: { name: 'text-top-k' } }).strategy.textQuery).toBe('question');
    expect(resolved({ strategy: { name: 'uniform' } }).strategy).not.toHaveProperty('textQuery');
  });

  it('turns seconds into milliseconds', () => {
    const { answer } = resolved({ answer: { timeoutS: 1.5, maxWaitS: 60 } }).models;

    expect(answer).toMatchObject({ timeoutMs: 1500, maxWaitMs: 60_000 });
  });

  it('writes result files only where output is given', () => {
    expect(resolved().output).toBeNull();
    expect(resolved({ output: '/out' }, { overwrite: true }).output).toEqual({
      directory: '/out',
      overwrite: true,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../domain/config/check-config.ts';
import { configFromFlags, overridesFromFlags } from '../../../domain/config/original-config.ts';
import {
  expandOriginalFlags,
  type OriginalFlagValues,
} from '../../../domain/config/original-flags.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

const required: OriginalFlagValues = {
  targetModel: 'qwen/qwen-vl',
  framesPath: 'frames',
  dataFile: 'data/items.json',
  embeddingsPath: 'embeddings',
  embeddingPath: 'models/siglip',
  baseUrl: 'http://127.0.0.1:8000/v1',
};

describe('configFromFlags', () => {
  it('B1, B3, B7, B9, B14: means what the original script meant by the same flags', () => {
    const { config, problems } = checkConfig(configFromFlags(required).raw);

    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      name: 'items-image-retrieval',
      dataset: {
        format: 'original',
        path: 'data/items.json',
        frames: 'frames',
        embeddings: 'embeddings',
      },
      models: {
        answer: {
          provider: 'openai-compatible',
          baseUrl: 'http://127.0.0.1:8000/v1',
          model: 'qwen/qwen-vl',
          apiKeyEnv: 'VIDEOQA_API_KEY',
          maxTokens: 4096,
          maxAttempts: 10,
          temperature: null,
          seed: null,
        },
        image: { provider: 'ark', model: 'doubao-seedream-4-0-250828', size: '1024x1024' },
        embedding: { model: 'google/siglip-so400m-patch14-384', path: 'models/siglip' },
      },
      strategy: {
        name: 'imagined-keyframes',
        sampling: 'uniform.floor',
        initialFrames: 8,
        topK: 8,
        answerFrames: null,
        maxImageRequests: 4,
        onImageFailure: 'always',
        frameOrder: 'time',
      },
      run: { itemsInFlight: 10, failOn: 1, maxDegraded: 1 },
      output: './results_image_retrieval',
    });
  });

  it('takes the values of every flag', () => {
    const { raw } = configFromFlags({
      ...required,
      outputPath: 'out',
      initialFramesNum: '16',
      maxRetryTimes: '3',
      poolProcesses: '20',
      imageBaseUrl: 'http://127.0.0.1:9000/v1',
      imageModel: 'painter',
      imageProvider: 'ark',
      embeddingModel: 'some/siglip',
      buildMissing: true,
    });

    expect(checkConfig(raw).config).toMatchObject({
      dataset: { buildMissing: true },
      models: {
        answer: { maxAttempts: 3 },
        image: { provider: 'ark', baseUrl: 'http://127.0.0.1:9000/v1', model: 'painter' },
        embedding: { model: 'some/siglip' },
      },
      strategy: { initialFrames: 16 },
      run: { itemsInFlight: 20 },
      output: 'out',
    });
  });

  it('D13: refuses --api_key without repeating it and names VIDEOQA_API_KEY', () => {
    const flags = { ...required, apiKey: 'sk-very-secret' };

    expect(() => configFromFlags(flags)).toThrow(UsageError);
    expect(() => configFromFlags(flags)).toThrow(/VIDEOQA_API_KEY/);
    expect(() => configFromFlags(flags)).not.toThrow(/sk-very-secret/);
  });

  it('D13: refuses --api_key beside a configuration file, too', () => {
    expect(() => overridesFromFlags({ apiKey: 'x' })).toThrow(/VIDEOQA_API_KEY/);
  });

  it('B13: says which provider it inferred from the host', () => {
    expect(configFromFlags(required).notes).toEqual([
      '--base_url: provider openai-compatible, inferred from the host; --provider says otherwise',
    ]);
    expect(configFromFlags({ ...required, provider: 'openai' }).notes).toEqual([]);
  });

  it('names every flag that is missing', () => {
    expect(() => configFromFlags({ targetModel: 'm' })).toThrow(
      /--frames-path, --data-file, --embedding-path, --embeddings-path, --base_url/,
    );
  });

  it('needs no .pt files when missing ones are built', () => {
    const { embeddingsPath: _, ...rest } = required;

    const { config } = checkConfig(configFromFlags({ ...rest, buildMissing: true }).raw);

    expect(config?.dataset).not.toHaveProperty('embeddings');
  });

  it('refuses counts that are none', () => {
    expect(() => configFromFlags({ ...required, initialFramesNum: 'eight' })).toThrow(
      '--initial-frames-num eight: must be a whole number from 1',
    );
    expect(() => configFromFlags({ ...required, poolProcesses: '0' })).toThrow(UsageError);
  });

  it('D1: takes a *.meta.jsonl as LVBench’s own file', () => {
    const { raw } = configFromFlags({ ...required, dataFile: 'LVBench/video_info.meta.jsonl' });

    expect(checkConfig(raw).config).toMatchObject({
      name: 'video_info.meta-image-retrieval',
      dataset: { format: 'lvbench' },
    });
  });

  it('shares the VLM’s key with the image model only on the same address', () => {
    const same = configFromFlags({ ...required, imageBaseUrl: required.baseUrl }).raw;
    const other = configFromFlags({ ...required, imageBaseUrl: 'http://elsewhere/v1' }).raw;

    expect(checkConfig(same).config?.models.image?.apiKeyEnv).toBe('VIDEOQA_API_KEY');
    expect(checkConfig(other).config?.models.image?.apiKeyEnv).toBeUndefined();
  });
});

describe('overridesFromFlags', () => {
  it('holds only what was given', () => {
    expect(overridesFromFlags({ poolProcesses: '4', targetModel: 'm' }).raw).toEqual({
      models: { answer: { model: 'm' } },
      run: { itemsInFlight: 4 },
    });
    expect(overridesFromFlags({}).raw).toEqual({});
  });
});

describe('expandOriginalFlags', () => {
  it('writes the two-letter flags in full', () => {
    const argv = ['run', '-tm', 'm', '-ifn=16', '--json', '-x', '--', '-fp'];

    expect(expandOriginalFlags(argv)).toEqual([
      'run',
      '--target-model',
      'm',
      '--initial-frames-num=16',
      '--json',
      '-x',
      '--',
      '-fp',
    ]);
  });
});

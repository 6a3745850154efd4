import { describe, expect, it } from 'vitest';
import { inferProvider, readProvider } from '../../../domain/config/infer-provider.ts';
import { UsageError } from '../../../domain/errors/usage-error.ts';

describe('inferProvider', () => {
  it.each([
    ['https://ark.cn-beijing.volces.com/api/v3', 'ark'],
    ['https://ARK.CN-BEIJING.VOLCES.COM:443/api/v3', 'ark'],
    ['https://my-lab.openai.azure.com/', 'azure'],
    ['https://dashscope.aliyuncs.com/compatible-mode/v1', 'dashscope'],
    ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'dashscope'],
    ['http://127.0.0.1:8000/v1', 'openai-compatible'],
    ['http://[::1]:8000/v1', 'openai-compatible'],
  ])('B13: takes %s for %s', (baseUrl, provider) => {
    expect(inferProvider(baseUrl)).toBe(provider);
  });

  it.each([
    'https://spark.example.org/v1',
    'https://benchmark.example.org/v1',
    'http://localhost:8000/v1',
    'https://api.openai.com/v1',
    'https://example.org/ark.volces.com',
    'https://volces.com.example.org/v1',
    'https://openai.azure.com.example.org/',
    'https://notaliyuncs.com/v1',
  ])('D16: does not take %s for another provider by a part of its text', (baseUrl) => {
    expect(inferProvider(baseUrl)).toBe('openai-compatible');
  });

  it('refuses an address without a scheme', () => {
    expect(() => inferProvider('127.0.0.1:8000/v1')).toThrow(/http:\/\//);
  });
});

describe('readProvider', () => {
  it('takes a provider that is built', () => {
    expect(readProvider('--provider', 'ark')).toBe('ark');
    expect(readProvider('--provider', 'azure')).toBe('azure');
  });

  it('refuses others and says what to use', () => {
    expect(() => readProvider('--provider', 'local')).toThrow('--provider local: not built yet');
    expect(() => readProvider('--provider', 'local')).toThrow(UsageError);
    expect(() => readProvider('--provider', 'openai-compatable')).toThrow(
      'did you mean openai-compatible?',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { configSchema, type ConfigInput } from '../../../domain/config/config.ts';
import { resolveConfig } from '../../../domain/config/resolve-config.ts';
import { suitePrompt } from '../../../domain/prompts/suite-prompts.ts';

function resolved(change: Partial<ConfigInput> & { format?: string; maxTokens?: number } = {}) {
  const { format = 'lvbench', maxTokens, ...rest } = change;
  const config = configSchema.parse({
    name: 'a-run',
    dataset: { format, path: '/meta.jsonl', frames: '/frames' },
    models: {
      answer: {
        provider: 'openai',
        model: 'vlm',
        ...(maxTokens !== undefined && { maxTokens }),
      },
    },
    strategy: { name: 'uniform' },
    ...rest,
  });
  return resolveConfig(config, {
    promptVersion: '1',
    simulatedBaseUrl: null,
    overwrite: false,
    extractTimes: null,
  });
}

describe('the prompt of a run', () => {
  it.each(['lvbench', 'original', 'generic'])('is the usual one for the format %s', (format) => {
    const run = resolved({ format });

    expect(run.promptVersion).toBe('1');
    expect(run).not.toHaveProperty('prompt');
  });

  it('is that of the format’s suite, kept in the run, with a version that names it', () => {
    const run = resolved({ format: 'mvbench' });
    const suite = suitePrompt('mvbench');

    expect(run.promptVersion).toBe(`1+mvbench.${suite.version}`);
    expect(run.prompt).toEqual({ suite });
  });

  it('is another suite’s, or none, where the configuration says so', () => {
    const other = resolved({ prompt: { suite: 'egoschema' } });
    const none = resolved({ format: 'mvbench', prompt: { suite: 'none' } });

    expect(other.promptVersion).toMatch(/^1\+egoschema\.\d+$/);
    expect(none.promptVersion).toBe('1');
    expect(none).not.toHaveProperty('prompt');
  });

  it('notes what stands before frames only where it is asked for', () => {
    expect(resolved({ prompt: { frameIds: true } }).prompt).toEqual({ frameIds: true });
    expect(resolved({ prompt: { timestamps: true } }).prompt).toEqual({ timestamps: true });
  });
});

describe('the length of a reply', () => {
  it('is the suite’s for answers, and the usual one for plans', () => {
    const { answer, plan } = resolved({ format: 'mvbench' }).models;

    expect([answer.maxTokens, plan.maxTokens]).toEqual([100, 4096]);
  });

  it('is the configured one before any suite’s', () => {
    const { answer, plan } = resolved({ format: 'mvbench', maxTokens: 2000 }).models;

    expect([answer.maxTokens, plan.maxTokens]).toEqual([2000, 2000]);
  });

  it('is the usual one without a suite, and with one that fixes none', () => {
    expect(resolved().models.answer.maxTokens).toBe(4096);
    expect(resolved({ format: 'videomme' }).models.answer.maxTokens).toBe(4096);
  });
});

describe('a blind run', () => {
  it('has no media and no frames, whatever the configuration names', () => {
    const { dataset, strategy, models } = resolved({ strategy: { name: 'blind' } });

    expect(dataset.media).toEqual({ kind: 'none' });
    expect(strategy).toMatchObject({ name: 'blind', initialFrames: 0, answerFrames: 0 });
    expect(models).toMatchObject({ image: null, embedding: null });
  });
});

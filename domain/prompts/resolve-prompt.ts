import type { Config } from '../config/config.ts';
import type { RunSpec } from '../run-spec.ts';
import { type SuitePrompt, suiteOfFormat, suitePrompt } from './suite-prompts.ts';

/** Tokens of a reply where neither the configuration nor a suite says so. */
export const usualMaxTokens = 4096;

/** The answering model with its limit: the configured one, else the suite's. */
export function answerModel(config: Config) {
  const { answer } = config.models;
  const maxTokens = answer.maxTokens ?? suiteOf(config)?.maxTokens ?? usualMaxTokens;
  return { ...answer, maxTokens };
}

/** The prompt of a run, and the version that names it. What is as usual is left out. */
export function resolvePrompt(
  config: Config,
  version: string,
): Pick<RunSpec, 'promptVersion' | 'prompt'> {
  const { frameIds, timestamps } = config.prompt;
  const suite = suiteOf(config);
  const prompt = {
    ...(suite !== null && { suite }),
    ...(frameIds && { frameIds }),
    ...(timestamps && { timestamps }),
  };
  return {
    promptVersion: suite === null ? version : `${version}+${suite.name}.${suite.version}`,
    ...(Object.keys(prompt).length > 0 && { prompt }),
  };
}

function suiteOf({ prompt, dataset }: Config): SuitePrompt | null {
  if (prompt.suite === 'none') return null;
  const name = prompt.suite === 'auto' ? suiteOfFormat(dataset.format) : prompt.suite;
  return name === null ? null : suitePrompt(name);
}

import type { SuitePrompt } from './suite-prompts.ts';

/** What the answer prompt has beyond the question and its frames. */
export type PromptSpec = {
  /** The suite's own words, as they were when the run was registered. */
  readonly suite?: SuitePrompt;
  /** Each frame stands behind its id ... */
  readonly frameIds?: true;
  /** ... and its time. */
  readonly timestamps?: true;
};

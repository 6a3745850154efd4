import type { Remedy } from './errors/remedy.ts';
import type { GeneratedImage, PlannedImage, RetrievedFrame, ShownFrame } from './row.ts';
import type { RuleScores } from './suites/reply-rules.ts';

/** In the result of any step, a failed one too: how its refused requests were changed. Absent for none. */
export type Remedied = { readonly remedies?: readonly Remedy[] };

/** What each step's record holds in `result`; later steps and the row read it from there. */
export type PlanResult = {
  readonly planned: readonly PlannedImage[];
  /** Entries of the reply beyond `maxImageRequests`. */
  readonly dropped: number;
  readonly parseRule: string | null;
  readonly replyArtifact: string;
};

export type GenerateResult = GeneratedImage & { readonly fallbackClass: string | null };

export type RetrieveResult = {
  readonly retrieved: readonly RetrievedFrame[];
  /** Frames chosen for the answer call, in the order they are shown. */
  readonly chosen: readonly ShownFrame[];
  readonly modelHash: string;
  /** What a search by text asked for, and whether the model read only its beginning. */
  readonly textQuery?: { readonly text: string; readonly truncated: boolean };
};

export type AnswerResult = {
  /** The letter, or the text of an open-ended answer; null when none was found in the reply. */
  readonly answer: string | null;
  readonly answerText: string | null;
  readonly parseRule: string | null;
  readonly replyArtifact: string;
  readonly responseModel: string | null;
  readonly shown: readonly ShownFrame[];
  /** What the suite's own rule says of the reply. Absent where it has none, and before 0.3. */
  readonly ruleScores?: RuleScores;
};

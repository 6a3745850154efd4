/** How an item ended. Correctness exists only for `answered` items with known gold. */
export const outcomes = ['answered', 'unparsed', 'failed', 'skipped', 'cancelled'] as const;
export type Outcome = (typeof outcomes)[number];

/** The four steps of an item, in order. */
export const steps = ['plan', 'generate', 'embed-retrieve', 'answer'] as const;
export type Step = (typeof steps)[number];

/** What a paid call is made for: a step of an item, or a judgement of its answer. */
export const callSteps = [...steps, 'judge'] as const;
export type CallStep = (typeof callSteps)[number];

/** Why an item failed; stable names, used as Temporal failure types, search attributes and filters. */
export const failureClasses = [
  'connection',
  'timeout',
  'rate_limited',
  'provider_error',
  'bad_envelope',
  'truncated',
  'refused_input',
  'refused_output',
  'context_length',
  'bad_media',
  'asset_expired',
  'invalid_request',
  'plan_invalid',
  'auth',
  'quota',
  'model_gone',
  'storage',
  'frames_missing',
  'embedding_failed',
  'poison',
  'unclassified',
] as const;
export type FailureClass = (typeof failureClasses)[number];

/** Classes that stop a run: nothing works until a person mends the account or the model. */
export const stoppingClasses: readonly FailureClass[] = ['auth', 'quota', 'model_gone'];

/** Why one item failed. `step` is null when the item never ran. */
export type ItemFailure = {
  readonly class: FailureClass;
  readonly step: Step | null;
  readonly message: string;
  readonly attempts: number;
};

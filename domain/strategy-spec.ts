export const strategyNames = [
  'uniform',
  'text-top-k',
  'imagined-keyframes',
  'unedited-reference',
  'blind',
] as const;
export type StrategyName = (typeof strategyNames)[number];

/** Formulas that spread frames over a video (`domain/frames/sampling.ts`). */
export const samplingFormulas = [
  'uniform.floor',
  'uniform.segment-mid',
  'uniform.slowfast',
  'uniform.interval',
  'uniform.linspace',
] as const;
export type SamplingFormula = (typeof samplingFormulas)[number];

/** What a text query is made of: the bare question, or the question with its options. */
export const textQueries = ['question', 'question-with-options'] as const;
export type TextQuery = (typeof textQueries)[number];

export type StrategySpec = {
  /** `imported`: somebody else made the results. */
  readonly name: StrategyName | 'imported';
  readonly sampling: SamplingFormula;
  readonly initialFrames: number;
  /** Frames kept per picture. */
  readonly topK: number;
  /** Frames shown to the answer call; null = the whole union (or all initial frames). */
  readonly answerFrames: number | null;
  readonly maxImageRequests: number;
  readonly onImageFailure: 'refused-only' | 'always';
  /** Once more with half of the frames where they are too many for the model; absent = such items fail. */
  readonly onContextLength?: 'fewer-frames';
  readonly frameOrder: 'time' | 'path';
  /** Longest edge in pixels of a frame as sent; null = as stored. */
  readonly frameMaxEdge: number | null;
  /** What `text-top-k` searches with; absent for every other strategy. */
  readonly textQuery?: TextQuery;
};

/** Whether the strategy plans pictures and searches with them. */
export function plansPictures({ name }: { readonly name: string }): boolean {
  return name === 'imagined-keyframes' || name === 'unedited-reference';
}

/** Whether the strategy finds frames by their embeddings (and so needs an index and a model). */
export function searchesFrames({ name }: { readonly name: string }): boolean {
  return name !== 'uniform' && name !== 'imported' && !isBlind({ name });
}

/** Whether the strategy shows nothing: the question alone is asked. */
export function isBlind({ name }: { readonly name: string }): boolean {
  return name === 'blind';
}

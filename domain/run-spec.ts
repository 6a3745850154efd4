/** Providers whose calls are built. */
export const providers = [
  'openai-compatible',
  'openai',
  'azure',
  'ark',
  'dashscope',
  'simulated',
] as const;
export type Provider = (typeof providers)[number];

export const strategyNames = [
  'uniform',
  'text-top-k',
  'imagined-keyframes',
  'unedited-reference',
] as const;
export type StrategyName = (typeof strategyNames)[number];

/**
 * The configuration, or our table of list prices: with the first day on which the price held, and
 * the list it was read in.
 */
export type PriceOrigin =
  | { readonly source: 'configuration' }
  | { readonly source: 'table'; readonly validFrom: string; readonly list: string };

type PaidModel = {
  readonly provider: Provider;
  readonly baseUrl: string;
  /** Version of the API, as a date; of Azure alone, absent for all others. */
  readonly apiVersion?: string;
  /** The configured `identity`, else the base URL: what call keys name the endpoint by. */
  readonly endpointIdentity: string;
  /** Provider plus 8 hex digits of (endpoint identity, key variable); names the task queue. */
  readonly account: string;
  readonly model: string;
  /** Name of the environment variable with the key; null when the provider needs none. */
  readonly apiKeyEnv: string | null;
  readonly seed: number | null;
  readonly timeoutMs: number;
  /** Tries of one call in one drive that count (action `retry`). */
  readonly maxAttempts: number;
  /** How long one call may wait in one drive (action `wait`). */
  readonly maxWaitMs: number;
  /** Calls in flight per account. */
  readonly concurrency: number;
  /** Requests a minute that the account allows; null = no limit of ours. */
  readonly requestsPerMinute: number | null;
  /** Prompt and completion tokens a minute that the account allows; null = no limit of ours. */
  readonly tokensPerMinute: number | null;
  /** US dollars that all runs together may spend on the account before this one stops; null = no cap. */
  readonly budgetUsd: number | null;
  /** Where `price` comes from; null without one. Absent in runs before 0.3. */
  readonly priceOrigin?: PriceOrigin | null;
  readonly extraBody: Readonly<Record<string, unknown>>;
};

/** A chat model that sees pictures, as one run uses it. */
export type ChatModelSpec = PaidModel & {
  readonly maxTokens: number;
  readonly temperature: number | null;
  /** US dollars per million tokens. */
  readonly price: { readonly inputPerM: number; readonly outputPerM: number } | null;
};

/** US dollars per picture, or per million tokens of text and of pictures, in and out. */
export type ImagePrice =
  | { readonly image: number }
  | {
      readonly inputPerM: number;
      readonly imageInputPerM: number;
      readonly outputPerM: number;
      readonly imageOutputPerM: number;
    };

/** A picture-editing model, as one run uses it. */
export type ImageModelSpec = PaidModel & {
  /** `ark`: JSON to `/images/generations`; `openai`: multipart to `/images/edits`. */
  readonly wire: 'ark' | 'openai';
  /** `auto` (the reference frame's aspect ratio), `WxH`, or a provider's word such as `1K`. */
  readonly size: string;
  readonly price: ImagePrice | null;
};

/** Where embedding models run; `dml` is DirectML. */
export const embeddingDevices = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;
export type EmbeddingDevice = (typeof embeddingDevices)[number];

/** How the weights of an ONNX export are stored; each is a file of its own. */
export const embeddingDtypes = [
  'fp32',
  'fp16',
  'q8',
  'int8',
  'uint8',
  'q4',
  'q4f16',
  'bnb4',
] as const;
export type EmbeddingDtype = (typeof embeddingDtypes)[number];

export type EmbeddingSpec = {
  readonly model: string;
  /** Local folder in the Hugging Face ONNX layout. */
  readonly path: string;
  readonly device: EmbeddingDevice;
  readonly dtype: EmbeddingDtype;
};

/** Formulas that spread frames over a video (`domain/sampling.ts`). */
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
  readonly name: StrategyName;
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

/** Which frames are cut out of a video; `times` in seconds, by video id. */
export type ExtractSpec =
  | { readonly perSecond: number }
  | { readonly count: number }
  | { readonly times: Readonly<Record<string, readonly number[]>> };

/** Where the frames of a set of videos come from: a folder of frames, or videos and how to cut them. */
export type MediaSpec = {
  readonly datasetId: string;
  readonly media:
    | {
        readonly kind: 'frames';
        /** Folder with one sub-folder of frames per video. */
        readonly folder: string;
        readonly frameTime: { readonly perSecond: number } | { readonly file: string } | null;
      }
    | {
        readonly kind: 'videos';
        /** Folder with one file per video. */
        readonly folder: string;
        readonly extract: ExtractSpec;
      };
  /** Folder of `<video>.safetensors` or `.pt` files; null = index the frames ourselves. */
  readonly embeddings: string | null;
  /** Embed videos without such a file instead of refusing them. */
  readonly buildMissing: boolean;
};

/** What activities about frames work for: a run, or an index job, by its id. */
export type FrameSource = {
  readonly runId: string;
  readonly dataset: MediaSpec;
  readonly models: { readonly embedding: EmbeddingSpec | null };
};

export type DatasetSpec = MediaSpec & {
  readonly format: 'original' | 'lvbench';
  /** The annotation file. */
  readonly path: string;
  /** First items of the file only; null = all. */
  readonly limit: number | null;
  /** sha256 of the frozen items: a blob. */
  readonly hash: string;
};

/** Everything one run is made of, resolved and frozen; holds no secret. */
export type RunSpec = {
  readonly runId: string;
  readonly name: string;
  readonly dataset: DatasetSpec;
  readonly models: {
    readonly answer: ChatModelSpec;
    readonly plan: ChatModelSpec;
    readonly image: ImageModelSpec | null;
    readonly embedding: EmbeddingSpec | null;
  };
  readonly strategy: StrategySpec;
  readonly run: {
    readonly itemsInFlight: number;
    /** 1 (first) to 5 (last), where runs share an account or a queue (domain/priority.ts). */
    readonly priority: number;
    /** A fraction up to 1 or, above 1, a count of items. */
    readonly failOn: number;
    readonly maxDegraded: number;
    readonly cache: 'shared' | 'run';
    /** US dollars that the run may spend; null = no cap. */
    readonly budgetUsd: number | null;
  };
  /** Folder for the result files; null = none are written by the run. */
  readonly output: { readonly directory: string; readonly overwrite: boolean } | null;
  readonly promptVersion: string;
};

/** Whether any model of the run is simulated: its numbers are labelled so. */
export function isSimulated(spec: RunSpec): boolean {
  const { answer, plan, image } = spec.models;
  return [answer, plan, image].some((model) => model?.provider === 'simulated');
}

/** The paid models that the run's strategy calls, by their use. */
export function paidModels({ models, strategy }: Pick<RunSpec, 'models' | 'strategy'>) {
  const { answer, plan, image } = models;
  return {
    answer,
    ...(plansPictures(strategy) && { plan }),
    ...(strategy.name === 'imagined-keyframes' && image !== null && { image }),
  };
}

/** Whether the strategy plans pictures and searches with them. */
export function plansPictures({ name }: { readonly name: string }): boolean {
  return name === 'imagined-keyframes' || name === 'unedited-reference';
}

/** Whether the strategy finds frames by their embeddings (and so needs an index and a model). */
export function searchesFrames({ name }: { readonly name: string }): boolean {
  return name !== 'uniform';
}

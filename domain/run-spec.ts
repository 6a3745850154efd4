import type { DatasetMapping } from './config/dataset-mapping.ts';
import type { PromptSpec } from './prompts/prompt-spec.ts';
import { plansPictures, type StrategySpec } from './strategy-spec.ts';
import type { JudgeContract } from './judging/judge-contract.ts';

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

/** Which frames are cut out of a video; `times` in seconds, by video id. */
export type ExtractSpec =
  | { readonly perSecond: number }
  | { readonly count: number }
  | { readonly times: Readonly<Record<string, readonly number[]>> };

/** Where the frames of a set of videos come from: a folder of frames, videos and how to cut them, or nowhere. */
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
        /** Blob of `MediaFiles`; absent where every file is called by its video's id. */
        readonly files?: string;
      }
    /** Nothing is shown. */
    | { readonly kind: 'none' };
  /** Folder of `<video>.safetensors` or `.pt` files; null = index the frames ourselves. */
  readonly embeddings: string | null;
  /** Embed videos without such a file instead of refusing them. */
  readonly buildMissing: boolean;
};

/** Where media lie. */
export type MediaFolder = Exclude<MediaSpec['media'], { readonly kind: 'none' }>;

/** What activities about frames work for: a run, or an index job, by its id. */
export type FrameSource = {
  readonly runId: string;
  readonly dataset: MediaSpec;
  readonly models: { readonly embedding: EmbeddingSpec | null };
};

/** The part of a data set that a run is about. */
export type DatasetCoverage = {
  /** `val`, `test` and the like; null when nobody says. */
  readonly split: string | null;
  /** Questions in the files. */
  readonly read: number;
  /** Of these, left out because they cannot be asked or scored rightly. */
  readonly excluded: number;
  /** Of the rest, taken by `where`, `fraction` and `limit`. */
  readonly selected: number;
  /** Of these, left out because their frames or videos are not there. */
  readonly missingMedia: number;
};

export type DatasetSpec = MediaSpec & {
  /** Name of the format of its annotation files. */
  readonly format: string;
  /** The annotation file, or the folder of several. */
  readonly path: string;
  /** Which column holds what; of the format `generic` alone. */
  readonly mapping?: DatasetMapping;
  /** First items only, after the other two; null = all. */
  readonly limit: number | null;
  /** Labels or fields of a record, with the values that are taken. @default all */
  readonly where?: Readonly<Record<string, readonly string[]>>;
  /** Share of these, drawn with `seed`. @default all */
  readonly fraction?: number;
  /** @default 0 */
  readonly seed?: number;
  /** Items whose media are not there are left out instead of refused. @default false */
  readonly leavesOutMissing?: boolean;
  /** What the run is about, of all that stands in the files. Absent in runs before 0.3. */
  readonly coverage?: DatasetCoverage;
  /** sha256 of the frozen items: a blob. */
  readonly hash: string;
};

/** A model that judges answers. */
export type JudgeSpec = {
  /**
   * Its snapshot: the model's name and 8 hex digits of model, sampling parameters and judge prompt.
   * Judgements of two snapshots are not compared.
   */
  readonly judge: string;
  readonly model: ChatModelSpec;
};

/** Who judges the open-ended answers of a run when it has ended. */
export type JudgingSpec = {
  readonly judges: readonly JudgeSpec[];
  /** What each of them is asked for. */
  readonly contracts: readonly JudgeContract[];
  /** Blob of answers with known judgements; null = none. */
  readonly calibrationArtifact: string | null;
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
  /** Of our prompts, and after a `+` the suite's name and version: `1+mvbench.1`. */
  readonly promptVersion: string;
  /** Where results that somebody else made were read. @default they are ours */
  readonly imported?: { readonly format: 'pllava'; readonly folder: string };
  /** Absent where the usual prompt is asked, and in runs before 0.3. */
  readonly prompt?: PromptSpec;
  /** Absent where nobody judges. */
  readonly judging?: JudgingSpec;
};

/** Whether any model of the run is simulated: its numbers are labelled so. */
export function isSimulated(spec: RunSpec): boolean {
  const { answer, plan, image } = spec.models;
  const judges = spec.judging?.judges.map(({ model }) => model) ?? [];
  return [answer, plan, image, ...judges].some((model) => model?.provider === 'simulated');
}

/** The paid models that the run's strategy and its judging call, by their use. */
export function paidModels(spec: Pick<RunSpec, 'models' | 'strategy' | 'judging'>) {
  const { models, strategy, judging } = spec;
  const { answer, plan, image } = models;
  const judges = judging?.judges ?? [];
  const useOf = (index: number) => (judges.length === 1 ? 'judge' : `judge.${index}`);
  return {
    ...(strategy.name !== 'imported' && { answer }),
    ...(plansPictures(strategy) && { plan }),
    ...(strategy.name === 'imagined-keyframes' && image !== null && { image }),
    ...Object.fromEntries(judges.map(({ model }, index) => [useOf(index), model])),
  };
}

import type { Config } from './config.ts';
import { fileStem } from '../text/file-stem.ts';
import { canonicalJson, sha256Hex } from '../hashing.ts';
import { resolveJudging } from '../judging/resolve-judging.ts';
import { apiVersionOf, baseUrlOf } from '../calls/model-address.ts';
import { providerDefaults } from './provider-defaults.ts';
import { answerModel, resolvePrompt, usualMaxTokens } from '../prompts/resolve-prompt.ts';
import type {
  ChatModelSpec,
  DatasetSpec,
  ExtractSpec,
  MediaSpec,
  ImageModelSpec,
  ImagePrice,
  Provider,
  RunSpec,
} from '../run-spec.ts';
import { isBlind, searchesFrames } from '../strategy-spec.ts';

/** A run before its dataset is frozen: everything but the run id and the dataset hash. */
export type UnfrozenRun = Omit<RunSpec, 'runId' | 'dataset'> & {
  readonly dataset: Omit<DatasetSpec, 'hash'>;
};

/** What a configuration does not say. */
export type ConfigSurroundings = {
  readonly promptVersion: string;
  /** Where the simulated provider of this process listens; null when there is none. */
  readonly simulatedBaseUrl: string | null;
  /** Whether result files of another run may be replaced. */
  readonly overwrite: boolean;
  /** The content of the file that `dataset.extract.times` names; null where it names none. */
  readonly extractTimes: Readonly<Record<string, readonly number[]>> | null;
};

/**
 * Turns a checked configuration with absolute paths into what a run is made of. Models that the
 * strategy does not use are left out, so that they do not change the run's identity.
 *
 * @throws {UsageError} when a provider without a default address has no `baseUrl`
 */
export function resolveConfig(config: Config, surroundings: ConfigSurroundings): UnfrozenRun {
  const { models, strategy, run } = config;
  const dataset = resolveDataset(config.dataset, surroundings);
  const answer = resolveChatModel('answer', answerModel(config), surroundings);
  const plan = resolveChatModel('plan', mergePlanModel(config), surroundings);
  const image = strategy.name === 'imagined-keyframes' ? models.image : undefined;
  return {
    name: config.name,
    dataset: isBlind(strategy) ? { ...dataset, media: { kind: 'none' } } : dataset,
    models: {
      answer,
      plan,
      image: image === undefined ? null : resolveImageModel(image, surroundings),
      embedding: searchesFrames(strategy) ? (models.embedding ?? null) : null,
    },
    strategy: resolveStrategy(strategy),
    run: {
      itemsInFlight: run.itemsInFlight,
      priority: run.priority,
      failOn: run.failOn,
      maxDegraded: run.maxDegraded,
      cache: run.cache,
      budgetUsd: run.budgetUsd ?? null,
    },
    output:
      config.output === undefined
        ? null
        : { directory: config.output, overwrite: surroundings.overwrite },
    ...resolvePrompt(config, surroundings.promptVersion),
    ...resolveJudging(config, (use, model) => resolveChatModel(use, model, surroundings)),
  };
}

/** Names the paid account of an endpoint and a key; part of its task queue's name. */
function accountName(
  provider: Provider,
  endpointIdentity: string,
  apiKeyEnv: string | null,
): string {
  return `${provider}-${sha256Hex(canonicalJson([endpointIdentity, apiKeyEnv])).slice(0, 8)}`;
}

type Models = Config['models'];
type LimitedModel = Models['answer'] & { readonly maxTokens: number };
type CallSettings = Omit<Models['answer'], 'maxTokens' | 'temperature' | 'price'>;

/**
 * Lays `plan` over `answer`. The keys of the connection belong together: a plan model with its own
 * provider or address takes neither key variable nor identity from `answer`, so that a key never
 * goes to another address. Limits belong to the account, price and extra body to the model.
 */
export function mergePlanModel({ models: { answer, plan } }: Config): LimitedModel {
  const { provider, baseUrl, apiVersion, apiKeyEnv, identity, ...unconnected } = answer;
  const { price, extraBody, ...others } = unconnected;
  const { requestsPerMinute, tokensPerMinute, budgetUsd, ...shared } = others;
  const limits = { requestsPerMinute, tokensPerMinute, budgetUsd };
  const connects = plan.provider !== undefined || plan.baseUrl !== undefined;
  const isSameModel = !connects && (plan.model === undefined || plan.model === answer.model);
  return {
    ...shared,
    maxTokens: answer.maxTokens ?? usualMaxTokens,
    ...(connects
      ? { provider }
      : { provider, baseUrl, apiVersion, apiKeyEnv, identity, ...limits }),
    ...(isSameModel ? { price, extraBody } : { extraBody: {} }),
    ...withoutUndefined(plan),
  };
}

type Defined<Group> = { [Key in keyof Group]?: Exclude<Group[Key], undefined> };

function withoutUndefined<Group extends object>(group: Group): Defined<Group> {
  const entries = Object.entries(group).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<Group>;
}

/** What was added to strategies later is left out where it changes nothing: known runs keep their ids. */
function resolveStrategy({
  textQuery,
  onContextLength,
  ...strategy
}: Config['strategy']): RunSpec['strategy'] {
  if (isBlind(strategy)) return { ...strategy, initialFrames: 0, answerFrames: 0 };
  return {
    ...strategy,
    ...(strategy.name === 'text-top-k' && { textQuery: textQuery ?? 'question' }),
    ...(onContextLength === 'fewer-frames' && { onContextLength }),
  };
}

function resolveDataset(
  dataset: Config['dataset'],
  surroundings: Pick<ConfigSurroundings, 'extractTimes'>,
): UnfrozenRun['dataset'] {
  return {
    datasetId: dataset.name ?? fileStem(dataset.path),
    format: dataset.format,
    path: dataset.path,
    ...(dataset.mapping !== undefined && { mapping: dataset.mapping }),
    media: resolveMedia(dataset, surroundings),
    embeddings: dataset.embeddings ?? null,
    buildMissing: dataset.buildMissing,
    limit: dataset.limit ?? null,
    ...(dataset.where !== undefined && { where: dataset.where }),
    ...(dataset.fraction !== undefined && { fraction: dataset.fraction, seed: dataset.seed }),
    ...(dataset.missingMedia === 'leave-out' && { leavesOutMissing: true }),
  };
}

/** The check of the configuration has seen to it that exactly one of the two is complete. */
function resolveMedia(
  { frames, videos, frameTime, extract }: Config['dataset'],
  { extractTimes }: Pick<ConfigSurroundings, 'extractTimes'>,
): MediaSpec['media'] {
  if (videos !== undefined && extract !== undefined) {
    return { kind: 'videos', folder: videos, extract: resolveExtract(extract, extractTimes) };
  }
  const { perSecond, file } = frameTime ?? {};
  let times: Extract<MediaSpec['media'], { kind: 'frames' }>['frameTime'] = null;
  if (perSecond !== undefined) times = { perSecond };
  else if (file !== undefined) times = { file };
  return { kind: 'frames', folder: frames ?? '', frameTime: times };
}

function resolveExtract(
  { perSecond, count }: NonNullable<Config['dataset']['extract']>,
  times: ConfigSurroundings['extractTimes'],
): ExtractSpec {
  if (perSecond !== undefined) return { perSecond };
  return count === undefined ? { times: times ?? {} } : { count };
}

function resolveChatModel(
  use: string,
  model: LimitedModel,
  surroundings: ConfigSurroundings,
): ChatModelSpec {
  return {
    ...resolveCalls(use, model, surroundings),
    maxTokens: model.maxTokens,
    temperature: model.temperature,
    price: model.price ?? null,
  };
}

function resolveImageModel(
  model: NonNullable<Models['image']>,
  surroundings: ConfigSurroundings,
): ImageModelSpec {
  return {
    ...resolveCalls('image', model, surroundings),
    wire: model.wire ?? providerDefaults[model.provider].imageWire,
    size: model.size,
    price: model.price === undefined ? null : resolveImagePrice(model.price),
  };
}

/** The check of the configuration has seen to it that one of the two is whole. */
function resolveImagePrice(price: NonNullable<NonNullable<Models['image']>['price']>): ImagePrice {
  const { image, inputPerM = 0, imageInputPerM = 0, outputPerM = 0, imageOutputPerM = 0 } = price;
  if (image !== undefined) return { image };
  return { inputPerM, imageInputPerM, outputPerM, imageOutputPerM };
}

function resolveCalls(
  use: string,
  model: CallSettings,
  surroundings: ConfigSurroundings,
): Omit<ChatModelSpec, 'maxTokens' | 'temperature' | 'price'> {
  const { provider } = model;
  const defaults = providerDefaults[provider];
  const baseUrl = baseUrlOf(use, model, surroundings);
  const movesWithProcess = provider === 'simulated' && model.baseUrl === undefined;
  const endpointIdentity = model.identity ?? (movesWithProcess ? 'simulated' : baseUrl);
  const apiKeyEnv = model.apiKeyEnv === undefined ? defaults.apiKeyEnv : model.apiKeyEnv;
  const apiVersion = apiVersionOf(use, model);
  return {
    provider,
    baseUrl,
    ...(apiVersion !== undefined && { apiVersion }),
    endpointIdentity,
    account: accountName(provider, endpointIdentity, apiKeyEnv),
    model: model.model,
    apiKeyEnv,
    seed: model.seed,
    timeoutMs: Math.round(model.timeoutS * 1000),
    maxAttempts: model.maxAttempts,
    maxWaitMs: Math.round(model.maxWaitS * 1000),
    concurrency: model.concurrency,
    requestsPerMinute: model.requestsPerMinute ?? null,
    tokensPerMinute: model.tokensPerMinute ?? null,
    budgetUsd: model.budgetUsd ?? null,
    extraBody: model.extraBody,
  };
}

import { fileStem } from '../text/file-stem.ts';
import { inferProvider, readProvider } from './infer-provider.ts';
import { originalFlags, type OriginalFlagName, type OriginalFlagValues } from './original-flags.ts';
import { mergeConfig, type RawConfig } from './raw-config.ts';
import type { Provider } from '../run-spec.ts';
import { UsageError } from '../errors/usage-error.ts';

/** What flags mean, as a configuration; paths are as they were typed. `notes` say what was inferred. */
export type ConfigOfFlags = { readonly raw: RawConfig; readonly notes: readonly string[] };

/** Key variable of the model that plans and answers, in place of the original's `--api_key`. */
const originalKeyVariable = 'VIDEOQA_API_KEY';

/**
 * Reads the original script's flags standing alone: with its defaults, models and meaning. A data
 * file named `*.meta.jsonl` is LVBench's own; any other holds one record per question.
 *
 * @throws {UsageError} for `--api_key`, missing flags, and values that make no sense
 */
export function configFromFlags(flags: OriginalFlagValues): ConfigOfFlags {
  refuseKey(flags);
  requireFlags(flags);
  const given = overridesFromFlags(flags);
  return { raw: mergeConfig(originalDefaults(flags), given.raw), notes: given.notes };
}

/**
 * Reads the same flags beside a configuration file: only what was given, to be laid over it. They
 * speak of the answering model; the planning model follows where the file does not set it apart.
 *
 * @throws {UsageError} for `--api_key` and values that make no sense
 */
export function overridesFromFlags(flags: OriginalFlagValues): ConfigOfFlags {
  refuseKey(flags);
  const answer = connectAnswer(flags);
  const image = connectImage(flags);
  const raw = {
    dataset: {
      path: flags.dataFile,
      frames: flags.framesPath,
      embeddings: flags.embeddingsPath,
      buildMissing: flags.buildMissing,
    },
    models: {
      answer: {
        ...answer.keys,
        model: flags.targetModel,
        maxAttempts: wholeNumber(flags, 'maxRetryTimes'),
      },
      image: { ...image.keys, model: flags.imageModel },
      embedding: { model: flags.embeddingModel, path: flags.embeddingPath },
    },
    strategy: { initialFrames: wholeNumber(flags, 'initialFramesNum') },
    run: { itemsInFlight: wholeNumber(flags, 'poolProcesses') },
    output: flags.outputPath,
  };
  return { raw: mergeConfig({}, raw), notes: [...answer.notes, ...image.notes] };
}

function originalDefaults(flags: OriginalFlagValues): RawConfig {
  const dataFile = flags.dataFile ?? '';
  const needsKey = connectAnswer(flags).keys.provider !== 'simulated';
  return {
    name: `${fileStem(dataFile)}-image-retrieval`,
    dataset: { format: dataFile.endsWith('.meta.jsonl') ? 'lvbench' : 'original' },
    models: {
      answer: {
        apiKeyEnv: needsKey ? originalKeyVariable : null,
        maxTokens: 4096,
        maxAttempts: 10,
      },
      image: {
        provider: 'ark',
        model: 'doubao-seedream-4-0-250828',
        size: '1024x1024',
        ...imageKey(flags),
      },
      embedding: { model: 'google/siglip-so400m-patch14-384' },
    },
    strategy: {
      name: 'imagined-keyframes',
      sampling: 'uniform.floor',
      initialFrames: 8,
      topK: 8,
      answerFrames: null,
      maxImageRequests: 4,
      onImageFailure: 'always',
      frameOrder: 'time',
    },
    run: { itemsInFlight: 10, failOn: 1, maxDegraded: 1 },
    output: './results_image_retrieval',
  };
}

/** The image model has its provider's key; only on the answering model's own address it shares that one's. */
function imageKey(flags: OriginalFlagValues): RawConfig {
  const { provider } = connectImage(flags).keys;
  const shares = provider === 'openai-compatible' && flags.imageBaseUrl === flags.baseUrl;
  return shares ? { apiKeyEnv: originalKeyVariable } : {};
}

const connectAnswer = ({ baseUrl, provider }: OriginalFlagValues): Connection =>
  connect(baseUrl, provider, '--base_url', '--provider');

const connectImage = ({ imageBaseUrl, imageProvider }: OriginalFlagValues): Connection =>
  connect(imageBaseUrl, imageProvider, '--image-base-url', '--image-provider');

type Connection = {
  readonly keys: {
    readonly provider?: Provider;
    readonly baseUrl?: string;
    readonly apiVersion?: string;
  };
  readonly notes: readonly string[];
};

function connect(
  baseUrl: string | undefined,
  providerName: string | undefined,
  urlFlag: string,
  providerFlag: string,
): Connection {
  const address = baseUrl === undefined ? {} : { baseUrl };
  if (providerName !== undefined) {
    const provider = readProvider(providerFlag, providerName);
    return { keys: { ...address, provider, ...versionOf(provider) }, notes: [] };
  }
  if (baseUrl === undefined) return { keys: {}, notes: [] };
  const provider = inferProvider(baseUrl);
  const { apiVersion } = versionOf(provider);
  const version = apiVersion === undefined ? '' : ` with apiVersion ${apiVersion}`;
  const note = `${urlFlag}: provider ${provider}${version}, inferred from the host; ${providerFlag} says otherwise`;
  return { keys: { ...address, provider, ...versionOf(provider) }, notes: [note] };
}

/** The version that the original script asked Azure for. */
function versionOf(provider: Provider): { readonly apiVersion?: string } {
  return provider === 'azure' ? { apiVersion: '2023-05-15' } : {};
}

function refuseKey({ apiKey }: OriginalFlagValues): void {
  if (apiKey === undefined) return;
  throw new UsageError(
    '--api_key is refused: a key on a command line can be read by every user of the machine and stays in the ' +
      `shell's history. Export it as ${originalKeyVariable} and leave the flag out`,
  );
}

function requireFlags(flags: OriginalFlagValues): void {
  const hasAddress = flags.baseUrl !== undefined || flags.provider !== undefined;
  const required: readonly OriginalFlagName[] = [
    ...(['targetModel', 'framesPath', 'dataFile', 'embeddingPath'] as const),
    ...(flags.buildMissing === true ? [] : (['embeddingsPath'] as const)),
    ...(hasAddress ? [] : (['baseUrl'] as const)),
  ];
  const missing = required.filter((name) => flags[name] === undefined).map(longForm);
  if (missing.length > 0)
    throw new UsageError(
      `without a configuration file these flags are needed, too: ${missing.join(', ')}`,
    );
}

function wholeNumber(
  flags: OriginalFlagValues,
  name: 'initialFramesNum' | 'maxRetryTimes' | 'poolProcesses',
) {
  const text = flags[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text.trim()) || value < 1)
    throw new UsageError(`${longForm(name)} ${text}: must be a whole number from 1`);
  return value;
}

const longForm = (name: OriginalFlagName): string =>
  originalFlags.find((flag) => flag.name === name)?.long ?? name;

import { z } from 'zod';
import {
  embeddingDevices,
  embeddingDtypes,
  providers,
  samplingFormulas,
  strategyNames,
  textQueries,
} from './run-spec.ts';

/** Dataset formats that are built. */
export const datasetFormats = ['original', 'lvbench'] as const;

const text = z.string().min(1);
const count = z.int().min(1);
const dollars = z.number().min(0);

const httpUrl = z
  .string()
  .regex(/^https?:\/\/[^\s/@?#]+(\/[^\s@?#]*)?$/i, {
    error: 'must be an http(s) address without user name, password, query or fragment',
  })
  .describe(
    'Address of the API, up to and including its version, such as http://127.0.0.1:8000/v1',
  );

const apiKeyEnv = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
    error:
      'must be the name of an environment variable; the key itself never stands in a configuration',
  })
  .nullable()
  .describe('Name of the environment variable that holds the key; null = the provider needs none');

const apiVersion = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d(-preview)?$/, { error: 'must be a date such as 2024-10-21' })
  .describe('Version of the API; of the provider azure alone. Default: 2024-10-21');

const extraBody = z
  .record(z.string(), z.json())
  .describe('Members added to the body of every request');

const connectionFields = {
  provider: z.enum(providers),
  baseUrl: httpUrl,
  apiVersion,
  apiKeyEnv,
  identity: text.describe(
    'Names the endpoint instead of its address, so that a moved server keeps what is paid',
  ),
};

const callFields = {
  model: text,
  seed: z.int().nullable(),
  timeoutS: z.number().positive().max(86_400),
  maxAttempts: count.max(1000),
  maxWaitS: z.number().min(0),
  concurrency: count.max(10_000),
  requestsPerMinute: count
    .max(10_000_000)
    .describe('What the account allows; waits instead of 429s'),
  tokensPerMinute: count.describe('Prompt and completion tokens that the account allows'),
  budgetUsd: dollars.positive().describe('US dollars that the run may spend on this account'),
  extraBody,
};

const chatFields = {
  ...callFields,
  maxTokens: count,
  temperature: z.number().min(0).max(2).nullable(),
  price: z.strictObject({ inputPerM: dollars, outputPerM: dollars }),
};

/** Values of every model's keys that a configuration leaves out. */
const callDefaults = {
  seed: callFields.seed.default(null),
  timeoutS: callFields.timeoutS.default(180),
  maxAttempts: callFields.maxAttempts.default(10),
  maxWaitS: callFields.maxWaitS.default(3600),
  concurrency: callFields.concurrency.default(16),
  requestsPerMinute: callFields.requestsPerMinute.optional(),
  tokensPerMinute: callFields.tokensPerMinute.optional(),
  budgetUsd: callFields.budgetUsd.optional(),
  extraBody: callFields.extraBody.default({}),
};

const optionalConnection = {
  provider: connectionFields.provider,
  baseUrl: connectionFields.baseUrl.optional(),
  apiVersion: connectionFields.apiVersion.optional(),
  apiKeyEnv: connectionFields.apiKeyEnv.optional(),
  identity: connectionFields.identity.optional(),
};

const answerModelSchema = z.strictObject({
  ...optionalConnection,
  ...callDefaults,
  model: callFields.model,
  maxTokens: chatFields.maxTokens.default(4096),
  temperature: chatFields.temperature.default(null),
  price: chatFields.price.optional(),
});

const planModelSchema = z
  .strictObject({ ...connectionFields, ...chatFields })
  .partial()
  .describe('What differs from `answer`; with a provider or address of its own, it shares no key');

const imageModelSchema = z.strictObject({
  ...optionalConnection,
  ...callDefaults,
  model: callFields.model,
  size: z
    .string()
    .regex(/^(auto|[1-9]\d*x[1-9]\d*|[A-Za-z0-9]+)$/, {
      error: 'must be auto, WxH or a word of the provider such as 1K',
    })
    .default('auto')
    .describe('auto = the aspect ratio of the reference frame'),
  wire: z
    .enum(['ark', 'openai'])
    .optional()
    .describe(
      'ark: JSON to /images/generations; openai: form to /images/edits; default by provider',
    ),
  price: z.strictObject({ image: dollars }).optional(),
});

const embeddingModelSchema = z.strictObject({
  model: text.default('google/siglip-so400m-patch14-384'),
  path: text.describe('Local folder in the Hugging Face ONNX layout'),
  device: z.enum(embeddingDevices).default('cpu'),
  dtype: z
    .enum(embeddingDtypes)
    .default('fp32')
    .describe(
      'Which export of the weights is loaded: vision_model.onnx, vision_model_fp16.onnx, ...',
    ),
});

const frameTimeSchema = z
  .strictObject({
    perSecond: z.number().positive().optional(),
    file: text
      .optional()
      .describe(
        'A bare name is looked up in each video folder, then in `frames`; a path is resolved like any other',
      ),
  })
  .refine((value) => (value.perSecond === undefined) !== (value.file === undefined), {
    error: 'takes either perSecond or file',
  });

const extractSchema = z
  .strictObject({
    perSecond: z.number().positive().max(1000).optional(),
    count: count.max(100_000).optional(),
    times: text.optional().describe('JSON file of {"<video id>": [seconds, ...]}'),
  })
  .refine((value) => Object.values(value).filter((given) => given !== undefined).length === 1, {
    error: 'takes exactly one of perSecond, count and times',
  });

const datasetSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, {
      error: 'must consist of letters, digits, ".", "_" and "-"',
    })
    .optional()
    .describe('Names the data set across machines; default: the stem of the annotation file'),
  format: z.enum(datasetFormats),
  path: text.describe('The annotation file'),
  frames: text.optional().describe('Folder with one folder of frames per video'),
  videos: text.optional().describe('Folder with one video file per video, instead of `frames`'),
  extract: extractSchema.optional().describe('Which frames are cut out of `videos`'),
  embeddings: text
    .optional()
    .describe('Folder of <video>.safetensors or .pt files; default: frames are embedded here'),
  buildMissing: z
    .boolean()
    .default(false)
    .describe('Embed videos without such a file instead of refusing them'),
  frameTime: frameTimeSchema.optional(),
  limit: count.optional().describe('First items of the file only'),
});

const strategySchema = z.strictObject({
  name: z.enum(strategyNames),
  sampling: z.enum(samplingFormulas).default('uniform.floor'),
  initialFrames: count.default(8),
  topK: count.default(8).describe('Frames kept per picture'),
  answerFrames: count
    .nullable()
    .default(8)
    .describe('Frames shown to the answer call; null = all that were found'),
  maxImageRequests: count.default(4),
  onImageFailure: z.enum(['refused-only', 'always']).default('refused-only'),
  frameOrder: z.enum(['time', 'path']).default('time'),
  frameMaxEdge: z
    .int()
    .min(16)
    .nullable()
    .default(null)
    .describe('Longest edge of a frame as sent; null = as stored'),
  textQuery: z
    .enum(textQueries)
    .optional()
    .describe('What text-top-k searches with; default: the bare question'),
});

const runSchema = z.strictObject({
  samples: z.literal(1).default(1),
  itemsInFlight: count.max(100_000).default(32),
  failOn: z
    .number()
    .min(0)
    .refine((value) => value <= 1 || Number.isInteger(value), {
      error: 'must be a fraction up to 1 or a whole count',
    })
    .default(0.05),
  maxDegraded: z.number().min(0).max(1).default(0.2),
  cache: z.enum(['shared', 'run']).default('shared'),
  budgetUsd: dollars
    .positive()
    .optional()
    .describe('US dollars that the run may spend; needs prices'),
});

/** One evaluation as its YAML file describes it: strict, with every default. */
export const configSchema = z.strictObject({
  name: text.describe('Begins the run id'),
  dataset: datasetSchema,
  models: z.strictObject({
    answer: answerModelSchema,
    plan: planModelSchema.default({}),
    image: imageModelSchema.optional(),
    embedding: embeddingModelSchema.optional(),
  }),
  strategy: strategySchema,
  run: runSchema.prefault({}),
  output: text
    .optional()
    .describe('Folder for the result files; default: none are written by the run'),
});

/** A checked configuration with its defaults. */
export type Config = z.infer<typeof configSchema>;
/** A configuration as a person writes it: defaults left out. */
export type ConfigInput = z.input<typeof configSchema>;

/** JSON Schema of the configuration file, for editors: completion, hover, and checks while typing. */
export function configJsonSchema(): Record<string, unknown> {
  return { title: 'videoqa run configuration', ...z.toJSONSchema(configSchema, { io: 'input' }) };
}

import { z } from 'zod';
import { embeddingDevices, embeddingDtypes, providers } from '../run-spec.ts';

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
  budgetUsd: dollars
    .positive()
    .describe('US dollars that all runs may spend on this account before this one stops'),
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

export const answerModelSchema = z.strictObject({
  ...optionalConnection,
  ...callDefaults,
  model: callFields.model,
  maxTokens: chatFields.maxTokens
    .optional()
    .describe('Of a reply; default: what the suite allows (`prompt.suite`), else 4096'),
  temperature: chatFields.temperature.default(null),
  price: chatFields.price.optional(),
});

export const planModelSchema = z
  .strictObject({ ...connectionFields, ...chatFields })
  .partial()
  .describe('What differs from `answer`; with a provider or address of its own, it shares no key');

const tokenPrices = ['inputPerM', 'imageInputPerM', 'outputPerM', 'imageOutputPerM'] as const;

const imagePriceSchema = z
  .strictObject({
    image: dollars.optional().describe('US dollars per picture'),
    inputPerM: dollars.optional().describe('US dollars per million tokens of text that go in'),
    imageInputPerM: dollars.optional(),
    outputPerM: dollars.optional(),
    imageOutputPerM: dollars.optional(),
  })
  .refine(
    (price) => {
      const given = tokenPrices.filter((key) => price[key] !== undefined).length;
      return price.image === undefined ? given === tokenPrices.length : given === 0;
    },
    { error: `takes either image, or ${tokenPrices.join(', ')}` },
  );

export const imageModelSchema = z.strictObject({
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
  price: imagePriceSchema.optional(),
});

export const embeddingModelSchema = z.strictObject({
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

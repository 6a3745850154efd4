import { z } from 'zod';

/** Faults a chat request can meet. */
export const chatFaultKinds = [
  'rate_limit',
  'server_error',
  'hang',
  'malformed',
  'content_filter',
  'bad_request',
  'auth',
  'quota',
  'length',
  'bad_image',
  'output_filter',
  'context_length',
] as const;

/** Faults an image request can meet: those of chat, but neither a picture nor its prompt is too long. */
export const imageFaultKinds = [
  'rate_limit',
  'server_error',
  'hang',
  'malformed',
  'content_filter',
  'bad_request',
  'auth',
  'quota',
  'bad_image',
  'output_filter',
] as const;

/** Faults the download of a picture by URL can meet. Downloads are never billed. */
export const mediaFaultKinds = ['media_expired', 'media_html', 'media_truncated'] as const;

/** Faults that belong to a request for good: sending it again cannot heal them. */
export const permanentFaultKinds: readonly FaultKind[] = [
  'content_filter',
  'bad_request',
  'bad_image',
  'output_filter',
  'context_length',
  'media_expired',
];

const faultKindSchema = z.enum([...chatFaultKinds, ...mediaFaultKinds]);

/** One of the ways in which the simulated provider misbehaves. */
export type FaultKind = z.infer<typeof faultKindSchema>;

const faultSettingsSchema = z.strictObject({
  /** Share of requests that meet a fault, 0 to 1. */
  rate: z.number().min(0).max(1).default(0),
  /** Which faults are drawn, each as often as the others; kinds that do not fit a request are left out. */
  kinds: z.array(faultKindSchema).default([]),
  /** Seconds that `rate_limit` asks the client to wait. */
  retryAfterS: z.number().min(0).default(1),
  /** How long `hang` keeps the connection open without a word before it cuts it. */
  hangMs: z.int().min(0).default(600_000),
});

/** Which faults are injected and how often. */
export type FaultSettings = z.output<typeof faultSettingsSchema>;

const latencySchema = z.strictObject({
  chat: z.int().min(0).default(0),
  image: z.int().min(0).default(0),
});

/** How long a request takes from its arrival to its reply, in milliseconds; computing counts. */
export type LatencyMs = z.output<typeof latencySchema>;

const pricesSchema = z.strictObject({
  /** USD per million prompt tokens. */
  inputPerM: z.number().min(0).default(0.4),
  /** USD per million completion tokens. */
  outputPerM: z.number().min(0).default(1.2),
  /** USD per generated picture. */
  image: z.number().min(0).default(0.03),
});

/** What the simulated provider charges. */
export type Prices = z.output<typeof pricesSchema>;

/** Settings of a simulated provider; everything but the bill's file has a default. */
export const providerSettingsSchema = z.strictObject({
  /** TCP port; 0 takes a free one. */
  port: z.int().min(0).max(65_535).default(0),
  /** Address to listen on. */
  host: z.string().min(1).default('127.0.0.1'),
  /** JSON Lines file that every request is appended to; it is created, or continued. */
  billFile: z.string().min(1),
  /** Changes every guess, picture and fault. */
  seed: z.int().default(0),
  latencyMs: latencySchema.prefault({}),
  faults: faultSettingsSchema.prefault({}),
  prices: pricesSchema.prefault({}),
  /** Requests that any 60 seconds may bring; more are refused with 429 and Retry-After. Null = no limit. */
  requestsPerMinute: z.int().min(1).nullable().default(null),
});

/** Settings as a caller writes them. */
export type ProviderSettingsInput = z.input<typeof providerSettingsSchema>;

/** Settings with every default filled in. */
export type ProviderSettings = z.output<typeof providerSettingsSchema>;

/** Body of `POST /control`: whatever is named replaces the running setting as a whole. */
export const controlSchema = z.strictObject({
  faults: faultSettingsSchema.optional(),
  latencyMs: latencySchema.optional(),
});

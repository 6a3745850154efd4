import { z } from 'zod';
import { optionSchema, timeSpanSchema } from './item.ts';
import { judgeContracts, judgeDimensions } from './judging/judge-contract.ts';
import { judgementStates } from './judging/judgement.ts';
import { failureClasses, outcomes, steps } from './outcome.ts';
import { remedies } from './errors/remedy.ts';
import type { Row } from './row.ts';

const count = z.int().min(0);
const money = z.number().min(0).nullable();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

const failureSchema = z.strictObject({
  class: z.enum(failureClasses),
  step: z.enum(steps).nullable(),
  message: z.string(),
  attempts: count,
});

const placeSchema = { video_id: z.string(), frame_id: count, time_s: z.number().nullable() };

const usageSchema = z.strictObject({
  calls: count,
  cached_calls: count,
  prompt_tokens: count,
  completion_tokens: count,
  images: count,
  paid_usd: money,
  list_usd: money,
});

const judgementSchema = z.strictObject({
  judge: z.string().min(1),
  contract: z.enum(judgeContracts),
  dimension: z.enum(judgeDimensions).nullable(),
  item_ids: z.array(z.string().min(1)).min(1),
  verdict: z.enum(['yes', 'no']).nullable(),
  score: z.number().min(0).max(5).nullable(),
  state: z.enum(judgementStates),
  failure_class: z.enum(failureClasses).nullable(),
  artifact: sha256.nullable(),
  response_model: z.string().nullable(),
});

/** What the item's steps found out. */
const contentSchema = {
  planned: z.array(
    z.strictObject({
      asked_frame_id: z.int(),
      used_frame_id: count,
      video_id: z.string().exactOptional(),
      prompt: z.string(),
    }),
  ),
  generated: z.array(
    z.strictObject({
      artifact: sha256,
      source: z.enum(['generated', 'reference']),
      width: count,
      height: count,
    }),
  ),
  text_query: z.strictObject({ text: z.string(), truncated: z.boolean() }).nullable(),
  retrieved: z.array(
    z.strictObject({ ...placeSchema, score: z.number(), rank: z.int().min(1), query: count }),
  ),
  shown: z.array(z.strictObject({ ...placeSchema, box: z.null(), tile: z.null() })),
};

/** How the item ended, now and in earlier drives. */
const endSchema = {
  outcome: z.enum(outcomes),
  answer: z.string().min(1).nullable(),
  answer_text: z.string().nullable(),
  correct: z.boolean().nullable(),
  scores: z.record(
    z.string(),
    z.strictObject({
      value: z.number().nullable(),
      state: z.enum(['scored', 'unscored']),
      scorer: z.string(),
    }),
  ),
  failure: failureSchema.nullable(),
  degraded: z.boolean(),
  previous_attempts: z.array(
    z.strictObject({
      drive: count,
      outcome: z.enum(outcomes),
      answer: z.string().nullable(),
      failure: failureSchema.nullable(),
      usage: usageSchema.exactOptional(),
      finished_at: z.iso.datetime(),
    }),
  ),
};

/**
 * A result row as it is exported, strictly: for whoever reads JSON Lines back, and to hold
 * `buildRow` to the published format.
 */
export const rowSchema = z.strictObject({
  schema_version: z.literal(1),
  run_id: z.string().min(1),
  item_id: z.string().min(1),
  sample: count,
  drive: z.int().min(1),
  task: z.string(),
  dataset: z.string().exactOptional(),
  video_ids: z.array(z.string().min(1)).min(1),
  question: z.string(),
  options: z.array(optionSchema),
  gold: z.string().nullable(),
  gold_spans: z.array(timeSpanSchema),
  source: z.record(z.string(), z.unknown()),
  ...endSchema,
  strategy: z.string(),
  categories: z.record(z.string(), z.array(z.string())),
  ...contentSchema,
  judgements: z.array(judgementSchema),
  models: z.record(z.string(), z.string()),
  prompt_version: z.string(),
  reply_artifact: sha256.nullable(),
  response_model: z.string().nullable(),
  parse_rule: z.string().nullable(),
  usage: usageSchema,
  steps: z.array(
    z.strictObject({
      step: z.enum(steps),
      started_at: z.iso.datetime(),
      duration_ms: z.number().min(0),
      attempts: count,
      waited_ms: z.number().min(0),
      remedies: z.array(z.enum(remedies)).min(1).exactOptional(),
    }),
  ),
  workflow_id: z.string(),
  workflow_run_id: z.string().nullable(),
  finished_at: z.iso.datetime(),
}) satisfies z.ZodType<Row>;

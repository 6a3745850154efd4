import { z } from 'zod';
import {
  answerModelSchema,
  embeddingModelSchema,
  imageModelSchema,
  planModelSchema,
} from './config-models.ts';
import { datasetMappingSchema } from './dataset-mapping.ts';
import { judgeModelsSchema, judgeSchema } from '../judging/config-judge.ts';
import { priorities } from '../priority.ts';
import { samplingFormulas, strategyNames, textQueries } from '../strategy-spec.ts';
import { suiteNames } from '../prompts/suite-prompts.ts';

const text = z.string().min(1);
const count = z.int().min(1);

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
  format: text.describe('Name of a format; `videoqa dataset formats` lists them'),
  path: text.describe('The annotation file, or the folder of several'),
  mapping: datasetMappingSchema
    .optional()
    .describe('Which column holds what; of the format `generic` alone'),
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
  missingMedia: z
    .enum(['refuse', 'leave-out'])
    .default('refuse')
    .describe('What to do with items whose frames or videos are not there'),
  where: z
    .record(text, z.union([text.transform((value) => [value]), z.array(text).min(1)]))
    .optional()
    .describe('Labels or fields of a record, with the values that are taken'),
  fraction: z
    .number()
    .positive()
    .max(1)
    .optional()
    .describe('Share of the items that `where` leaves, drawn with `seed`'),
  seed: z.int().min(0).default(0).describe('Of the draw that `fraction` asks for'),
  limit: count.optional().describe('First items only, after `where` and `fraction`'),
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
  onContextLength: z
    .enum(['fail', 'fewer-frames'])
    .default('fail')
    .describe(
      'fewer-frames = once more with half of the frames when they are too many for the model',
    ),
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

const promptSchema = z.strictObject({
  suite: z
    .enum(['auto', 'none', ...suiteNames])
    .default('auto')
    .describe("Whose words the question is asked with; auto = the data set format's suite"),
  frameIds: z.boolean().default(false).describe('Each frame of the answer call behind its id'),
  timestamps: z.boolean().default(false).describe('Each frame of the answer call behind its time'),
});

const runSchema = z.strictObject({
  samples: z.literal(1).default(1),
  itemsInFlight: count.max(100_000).default(32),
  priority: z
    .int()
    .min(priorities.first)
    .max(priorities.last)
    .default(priorities.usual)
    .describe('Where runs share an account: 1 goes first, 5 last'),
  failOn: z
    .number()
    .min(0)
    .refine((value) => value <= 1 || Number.isInteger(value), {
      error: 'must be a fraction up to 1 or a whole count',
    })
    .default(0.05),
  maxDegraded: z.number().min(0).max(1).default(0.2),
  cache: z.enum(['shared', 'run']).default('shared'),
  budgetUsd: z
    .number()
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
    judge: judgeModelsSchema.optional(),
  }),
  strategy: strategySchema,
  prompt: promptSchema.prefault({}),
  run: runSchema.prefault({}),
  judge: judgeSchema.optional(),
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

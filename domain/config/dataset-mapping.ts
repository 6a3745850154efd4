import { z } from 'zod';

const column = z.string().min(1);
const columns = z.union([column, z.array(column).min(1)], {
  error: 'must be the name of a column or a list of names',
});

/** In which form a column has the right answer; `free` text answers an open-ended question. */
const answerForms = ['letter', 'index', 'index-from-1', 'text', 'free'] as const;

/**
 * Which column of a table, or field of a record, holds what: `dataset.mapping` of the format
 * `generic`. A list stands in one field (in a table as JSON, `["red", "blue"]`), or each of its
 * members in a column of its own.
 */
export const datasetMappingSchema = z
  .strictObject({
    id: column.optional().describe('Unique in the file; default: <video>#<record>'),
    video: column.optional().describe("The video's file below the folder of videos, or its name"),
    videos: columns.optional().describe('Instead of `video`: several, in order'),
    question: column,
    options: columns.optional().describe('Texts without letters; default: open-ended'),
    answer: column.optional().describe('Default: nobody knows'),
    answerForm: z.enum(answerForms).optional().describe('Needed with `options` and `answer`'),
    spans: z
      .union([column, z.tuple([column, column])], {
        error: 'must be one column, or two: of the start and of the end',
      })
      .optional()
      .describe('When the answer is seen: [[start, end], ...] in seconds, or 01:15-01:19'),
    duration: column.optional().describe('Seconds'),
    categories: z.array(column).min(1).optional().describe('Columns whose values are labels'),
  })
  .refine(({ video, videos }) => (video === undefined) !== (videos === undefined), {
    error: 'takes either video or videos',
  })
  .refine(hasFittingForm, {
    path: ['answerForm'],
    error:
      'must be letter, index, index-from-1 or text where options and answer are given, else free or left out',
  });

function hasFittingForm(mapping: {
  readonly options?: unknown;
  readonly answer?: unknown;
  readonly answerForm?: (typeof answerForms)[number] | undefined;
}): boolean {
  const { options, answer, answerForm = 'free' } = mapping;
  const isChoice = options !== undefined && answer !== undefined;
  return isChoice === (answerForm !== 'free');
}

export type DatasetMapping = Readonly<z.infer<typeof datasetMappingSchema>>;

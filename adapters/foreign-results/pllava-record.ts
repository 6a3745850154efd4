import { z } from 'zod';
import { unreadableTask, vcgTasks, videoQaSets } from '../../domain/suites/pllava-names.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import type { ResultList } from './result-files.ts';

const text = z.string({ error: 'must be text' });
const score = z.number({ error: 'must be a number' });

const recordSchema = z.looseObject({
  pred: text,
  task_type: text,
  gt: text.nullish(),
  question: text.nullish(),
  /** Of recaptioning, in the place of a question. */
  query: text.nullish(),
  video_path: text.nullish(),
  /** The same in consistency records of PLLaVA's own. */
  video: text.nullish(),
  /** Of a consistency pair. */
  pred1: text.nullish(),
  question1: text.nullish(),
  /** A caption that was there before. */
  caption: text.nullish(),
  score: score.nullish(),
  correct: z.boolean({ error: 'must be true or false' }).nullish(),
  scores: z.record(z.string(), score).nullish(),
});

/** A record of PLLaVA's result lists. */
export type PllavaResult = z.infer<typeof recordSchema>;

/** The four suites of PLLaVA. */
export type PllavaSuite = 'mvbench' | 'videoqa' | 'vcgbench' | 'recaption';

/** What a record must have beside the prediction, by suite. */
const needed: Readonly<Record<PllavaSuite, readonly (keyof typeof recordSchema.shape)[]>> = {
  mvbench: ['question', 'video_path'],
  videoqa: ['question', 'gt', 'video_path'],
  vcgbench: ['question', 'gt'],
  recaption: ['query', 'video_path'],
};

/**
 * The records of a list, with the suite that all of them belong to.
 *
 * @throws {UsageError} naming the file, the record and what is wrong with it
 */
export function checkRecords(list: ResultList): {
  readonly suite: PllavaSuite;
  readonly records: readonly PllavaResult[];
} {
  const records = list.records.map((record, index) => checkRecord(list.file, index, record));
  const [first] = records;
  if (first === undefined) throw new UsageError(`${list.file} holds no records.`);
  const suite = records.map(suiteOf).find((found) => found !== null);
  if (suite === undefined) {
    throw new UsageError(
      `${list.file}, record 1: its task_type ${first.task_type} is of none of PLLaVA's suites.`,
    );
  }
  for (const [index, record] of records.entries()) checkSuite(list.file, index, record, suite);
  return { suite, records };
}

function checkRecord(file: string, index: number, record: unknown): PllavaResult {
  const parsed = recordSchema.safeParse(record);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') ?? '';
  const what = field === '' ? 'it is no JSON object' : `${field} ${issue?.message}`;
  throw new UsageError(`${file}, record ${index + 1}: ${what}.`);
}

function checkSuite(file: string, index: number, record: PllavaResult, suite: PllavaSuite): void {
  const place = `${file}, record ${index + 1}`;
  const own = suiteOf(record);
  if (own !== null && own !== suite)
    throw new UsageError(`${place}: it belongs to ${own}, those before it to ${suite}.`);
  const missing = needed[suite].find(
    (field) => record[field] == null || (record[field] === '' && field !== 'gt'),
  );
  if (missing !== undefined) throw new UsageError(`${place}: ${missing} is missing.`);
  if (videoOf(record) === '') throw new UsageError(`${place}: video_path is missing.`);
  if (suite === 'mvbench' && own === null && !isMvbenchQuestion(record.question ?? ''))
    throw new UsageError(`${place}: its question is not worded as MVBench's: question, options.`);
  const isPair = record.task_type === 'consistency_qa';
  if (isPair && (record.pred1 == null || record.question1 == null))
    throw new UsageError(`${place}: a consistency record needs pred1 and question1.`);
}

/** Null for a record that does not say: one of MVBench whose video could not be read. */
function suiteOf(record: PllavaResult): PllavaSuite | null {
  const { task_type: task, query, question } = record;
  if (Object.hasOwn(vcgTasks, task)) return 'vcgbench';
  if (Object.values(videoQaSets).includes(task)) return 'videoqa';
  if (query != null) return 'recaption';
  if (isMvbenchQuestion(question ?? '')) return 'mvbench';
  return null;
}

/** MVBench's own wording: `Question: ...`, `Options:`, then a line for each. */
const isMvbenchQuestion = (question: string): boolean =>
  /^Question: [^\n][\s\S]*\nOptions:/.test(question);

/** The path of a record's video. */
export const videoOf = ({ video_path: path, video }: PllavaResult): string => path ?? video ?? '';

/**
 * The question that `pred` answers, and that of `pred1`. PLLaVA swaps the questions of a pair before
 * it writes its records, which it marks by calling the video `video`.
 */
export function questionsOf(record: PllavaResult): readonly [string, string] {
  const first = record.question ?? record.query ?? '';
  const second = record.question1 ?? '';
  const isSwapped = record.task_type === 'consistency_qa' && record.video_path == null;
  return isSwapped ? [second, first] : [first, second];
}

/** Whether PLLaVA could not read the video: nothing was asked about it. */
export const isUnreadable = ({ task_type: task }: PllavaResult): boolean => task === unreadableTask;

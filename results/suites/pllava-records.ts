import type { Row } from '../../domain/row.ts';
import { goldOption } from '../../domain/suites/reply-rules.ts';
import type { OfficialRow } from './official-rows.ts';

/** One record of PLLaVA's result lists. */
export type PllavaRecord = Readonly<Record<string, unknown>>;

/** Of MVBench: question and right option as its script words them; `gt` null where nobody knows it. */
export function mvbenchRecord({ row, prediction, videoPath }: OfficialRow): PllavaRecord {
  return {
    pred: prediction,
    gt: goldOption(row) || null,
    task_type: mvbenchTask(row),
    video_path: videoPath,
    question: mvbenchQuestion(row),
  };
}

/** The task of MVBench that a question belongs to; of imported results as they name it. */
export function mvbenchTask({ categories, source, task }: Row): string {
  const named = source['task_type'];
  return categories['task_type']?.[0] ?? (typeof named === 'string' ? named : task);
}

function mvbenchQuestion({ question, options }: Row): string {
  const lines = options.map(({ letter, text }) => `(${letter}) ${text}`);
  return [`Question: ${question}`, 'Options:', ...lines].join('\n').trimEnd();
}

/** Of VideoQA. */
export function videoQaRecord(
  set: string,
  { row, prediction, videoPath }: OfficialRow,
): PllavaRecord {
  return {
    pred: prediction,
    gt: row.gold,
    task_type: set,
    question: row.question,
    video_path: videoPath,
  };
}

/** Of recaptioning: with whatever plain values the annotation has. */
export function captionRecord(set: string, official: OfficialRow): PllavaRecord {
  const { row, prediction, videoPath } = official;
  const plain = Object.entries(row.source).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  return {
    pred: prediction,
    task_type: set,
    video_path: videoPath,
    query: row.question,
    ...Object.fromEntries(plain),
  };
}

/** Of VCGBench; for a consistency pair each answer stands with its own question. */
export function vcgRecord(
  taskType: string,
  { row, prediction, videoPath }: OfficialRow,
  second: OfficialRow | null,
): PllavaRecord {
  return {
    pred: prediction,
    ...(second !== null && { pred1: second.prediction }),
    gt: row.gold,
    video_path: videoPath,
    task_type: taskType,
    question: row.question,
    ...(second !== null && { question1: second.row.question }),
  };
}

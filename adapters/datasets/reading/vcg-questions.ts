import { basename } from 'node:path';
import { z } from 'zod';
import { type Place, problemAt, type Problem, wholeFile } from '../problem.ts';
import { checkRecord } from './check-record.ts';
import { findCompanion } from './companion.ts';
import { isTablePath, readRows } from './csv-records.ts';
import { nameField, textField } from './fields.ts';
import { readJsonRecords, type SourceRecord } from './json-records.ts';

/** One question of VCGBench; of a consistency pair one of the two. */
export type VcgQuestion = {
  readonly place: Place;
  /** Unique in its file, and the same for both questions of a pair. */
  readonly id: string;
  readonly video: string;
  readonly question: string;
  readonly answer: string;
  readonly source: Readonly<Record<string, unknown>>;
};

type Note = (problem: Problem) => void;

const singleSchema = z.looseObject({ video_name: nameField, Q: textField, A: textField });
const pairSchema = z.looseObject({
  video_name: nameField,
  Q1: textField,
  Q2: textField,
  A: textField,
});

/**
 * The questions of a file that asks each once.
 *
 * @param numberOf  what IG-VLM's ids have behind the video, for the JSON files, which have none: a
 *   function of the number of the record from 1
 */
export async function readSingles(
  file: string,
  note: Note,
  numberOf: (record: number) => number,
): Promise<readonly VcgQuestion[]> {
  if (isTablePath(file)) return readTableQuestions(file, note);
  return (await readJsonRecords(file, note)).flatMap((record, index) => {
    const fields = checkRecord(record, singleSchema, note);
    if (fields === null) return [];
    const { video_name: video, Q, A } = fields;
    const id = `${video}_${numberOf(index + 1)}`;
    return [questionOf(record, { id, video, question: Q, answer: A })];
  });
}

/**
 * The pairs of questions that have one answer: the two of a record, or rows with one id in the tables
 * `Consistency_QA1` and `Consistency_QA2`, of which either may be named.
 */
export async function readPairs(
  file: string,
  note: Note,
): Promise<readonly (readonly [VcgQuestion, VcgQuestion])[]> {
  if (isTablePath(file)) return readPairedTables(file, note);
  return (await readJsonRecords(file, note)).flatMap((record) => {
    const fields = checkRecord(record, pairSchema, note);
    if (fields === null) return [];
    const { video_name: video, Q1, Q2, A } = fields;
    const shared = { id: `${video}_0`, video, answer: A };
    return [
      [
        questionOf(record, { ...shared, question: Q1 }),
        questionOf(record, { ...shared, question: Q2 }),
      ],
    ];
  });
}

function questionOf(
  { place, value }: SourceRecord,
  fields: Pick<VcgQuestion, 'id' | 'video' | 'question' | 'answer'>,
): VcgQuestion {
  return { place, ...fields, source: value as Record<string, unknown> };
}

async function readTableQuestions(file: string, note: Note): Promise<readonly VcgQuestion[]> {
  const rows = await readRows(file, ['video_name', 'question', 'answer', 'question_id'], note);
  return rows.map((row) => {
    const { video_name: video = '', question = '', answer = '', question_id: id = '' } = row.value;
    return questionOf(row, { id, video, question, answer });
  });
}

async function readPairedTables(file: string, note: Note) {
  const other = await findCompanion(file, (stem) => stem.replace(/[12]$/, otherHalf), 'csv');
  if (other === null) {
    const what = 'the file with the other question of each pair does not lie beside it';
    const fix = 'Put Consistency_QA1.csv and Consistency_QA2.csv into one folder';
    note(problemAt(wholeFile(file), 'unreadable', { what, fix }));
    return [];
  }
  let isWhole = true;
  const noteDamage: Note = (problem) => {
    isWhole = false;
    note(problem);
  };
  const named = await readTableQuestions(file, noteDamage);
  const others = await readTableQuestions(other, noteDamage);
  // Of half a file's questions nothing more is to be said.
  if (!isWhole) return [];
  const [firsts, seconds] = isSecondHalf(file) ? [others, named] : [named, others];
  return joinPairs(firsts, seconds, note);
}

const otherHalf = (digit: string): string => (digit === '1' ? '2' : '1');
const isSecondHalf = (file: string): boolean => (basename(file).split('.')[0] ?? '').endsWith('2');

function joinPairs(
  firsts: readonly VcgQuestion[],
  seconds: readonly VcgQuestion[],
  note: Note,
): readonly (readonly [VcgQuestion, VcgQuestion])[] {
  const left = byId(seconds, note);
  const pairs = [...byId(firsts, note).values()].flatMap((first) => {
    const second = left.get(first.id);
    left.delete(first.id);
    const isPair = second?.video === first.video && second.answer === first.answer;
    if (isPair) return [[first, second] as const];
    noteUnpaired(first, note);
    return [];
  });
  for (const second of left.values()) noteUnpaired(second, note);
  return pairs;
}

function byId(questions: readonly VcgQuestion[], note: Note): Map<string, VcgQuestion> {
  const known = new Map<string, VcgQuestion>();
  for (const question of questions) {
    const { id, place } = question;
    if (known.has(id)) {
      const what = `its question_id ${id} stands in another record, too`;
      const fix = 'Give each its own id';
      note(problemAt(place, 'duplicate_id', { what, fix, severity: 'fatal' }));
    }
    known.set(id, question);
  }
  return known;
}

function noteUnpaired({ place, id }: VcgQuestion, note: Note): void {
  const what = `the question ${id} has no partner with its id, video and answer in the other file`;
  const fix = 'Fetch both files again';
  note(problemAt(place, 'wrong_format', { what, fix }));
}

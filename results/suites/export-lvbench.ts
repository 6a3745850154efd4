import { join } from 'node:path';
import type { Row } from '../../domain/row.ts';
import { type LvbenchQuestion, lvbenchScores } from '../../domain/suites/lvbench-scorer.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { jsonValue } from '../json-text.ts';
import { writeAtomically } from '../write-atomically.ts';
import { type SuiteFiles, type SuiteSources, type SuiteTarget, wasAsked } from './official-rows.ts';

/**
 * Writes LVBench's `answers.json`, `{uid: letter}`, and where right answers are known `result.json` as
 * its own scorer makes it of the answers. That scorer leaves out what the file does not name, so a
 * question without an answer is named with an empty text: it counts, and is never right.
 *
 * @throws {UsageError} when a question has no uid
 */
export async function exportLvbench(
  { runs }: SuiteSources,
  { spec, directory }: SuiteTarget,
): Promise<SuiteFiles> {
  const answers = new Map<string, string>();
  const questions: LvbenchQuestion[] = [];
  let unanswered = 0;
  for await (const row of runs.rows(spec.runId)) {
    if (!wasAsked(row)) continue;
    const uid = uidOf(row);
    answers.set(uid, row.answer ?? '');
    unanswered += Number(row.answer === null);
    if (row.gold !== null)
      questions.push({
        uid,
        answer: row.gold,
        question_type: row.categories['question_type'] ?? [],
      });
  }
  const scores = lvbenchScores(Object.fromEntries(answers), questions);
  const answersFile = join(directory, 'answers.json');
  await writeAtomically(answersFile, [jsonValue(Object.fromEntries(answers))]);
  const resultFile = join(directory, 'result.json');
  if (scores !== null) await writeAtomically(resultFile, [jsonValue(scores)]);
  return {
    files: [answersFile, ...(scores === null ? [] : [resultFile])],
    notes:
      unanswered === 0
        ? []
        : [`${unanswered} of ${answers.size} questions have no answer: they stand as "", wrong`],
  };
}

function uidOf({ source, item_id }: Row): string {
  const { uid } = source;
  if (typeof uid === 'string' || typeof uid === 'number') return String(uid);
  throw new UsageError(`Item ${item_id} has no uid, by which LVBench knows its questions.`);
}

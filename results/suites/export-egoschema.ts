import { join } from 'node:path';
import { jsonValue } from '../json-text.ts';
import { writeAtomically } from '../write-atomically.ts';
import { type SuiteFiles, type SuiteSources, type SuiteTarget, wasAsked } from './official-rows.ts';

/**
 * Writes EgoSchema's `submission.json`, `{q_uid: number of the option from 0}`. A question without
 * an answer is left out: nothing is guessed.
 */
export async function exportEgoschema(
  { runs }: SuiteSources,
  { spec, directory }: SuiteTarget,
): Promise<SuiteFiles> {
  const numbers: Record<string, number> = {};
  let unanswered = 0;
  for await (const row of runs.rows(spec.runId)) {
    if (!wasAsked(row)) continue;
    const number = row.options.findIndex(({ letter }) => letter === row.answer);
    if (number === -1) unanswered += 1;
    else numbers[row.item_id] = number;
  }
  const file = join(directory, 'submission.json');
  await writeAtomically(file, [jsonValue(numbers)]);
  const notes =
    unanswered === 0 ? [] : [`${unanswered} questions have no answer and are not in the file`];
  return { files: [file], notes };
}

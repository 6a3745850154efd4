import { basename } from 'node:path';
import type { QuestionDraft } from './format.ts';
import { type Place, problemAt, type Problem } from './problem.ts';

/**
 * Gives each question its id: the one that its source gives or composes, else `<video>#<record>`. An id
 * that was given before is damage where ids are promised to be unique; elsewhere it gets `#2`, `#3`.
 *
 * @returns null for an empty id, which is noted
 */
export function createNaming(ids: 'unique' | 'composed', note: (problem: Problem) => void) {
  const firstPlace = new Map<string, Place>();
  /** Where the search for the next free number of an id begins. */
  const nextNumber = new Map<string, number>();
  return ({ place, id, videos }: QuestionDraft): string | null => {
    const wanted = id ?? `${videos[0]?.videoId ?? ''}#${place.record}`;
    if (wanted.trim() === '') {
      const fix = 'Give each record an id, or none at all';
      note(problemAt(place, 'wrong_format', { what: 'its id is empty', fix }));
      return null;
    }
    const before = firstPlace.get(wanted);
    if (before === undefined) {
      firstPlace.set(wanted, place);
      return wanted;
    }
    let number = nextNumber.get(wanted) ?? 2;
    while (firstPlace.has(`${wanted}#${number}`)) number += 1;
    nextNumber.set(wanted, number + 1);
    const name = `${wanted}#${number}`;
    firstPlace.set(name, place);
    const what = `its id ${wanted} is that of ${recordOf(before, place)}, too`;
    note(
      ids === 'unique'
        ? problemAt(place, 'duplicate_id', { what, fix: 'Give each its own id', severity: 'fatal' })
        : problemAt(place, 'duplicate_id', { what, fix: `It is called ${name} here` }),
    );
    return name;
  };
}

function recordOf(before: Place, here: Place): string {
  const record = `record ${before.record}`;
  return before.file === here.file ? record : `${record} of ${basename(before.file)}`;
}

import type { QuestionDraft } from './format.ts';
import { problemAt, type Problem } from './problem.ts';

/**
 * Gives each question its id: the one that its source gives or composes, else `<video>#<record>`. An id
 * that was given before is damage where ids are promised to be unique; elsewhere it gets `#2`, `#3`.
 */
export function createNaming(ids: 'unique' | 'composed', note: (problem: Problem) => void) {
  const firstRecord = new Map<string, number | null>();
  return (draft: QuestionDraft): string => {
    const { place, id, videos } = draft;
    const wanted = id ?? `${videos[0]?.videoId ?? ''}#${place.record}`;
    const before = firstRecord.get(wanted);
    if (before === undefined) {
      firstRecord.set(wanted, place.record);
      return wanted;
    }
    let number = 2;
    while (firstRecord.has(`${wanted}#${number}`)) number += 1;
    const name = `${wanted}#${number}`;
    firstRecord.set(name, place.record);
    const what = `its id ${wanted} is that of record ${before}, too`;
    note(
      ids === 'unique'
        ? problemAt(place, 'duplicate_id', { what, fix: 'Give each its own id', severity: 'fatal' })
        : problemAt(place, 'duplicate_id', { what, fix: `It is called ${name} here` }),
    );
    return name;
  };
}

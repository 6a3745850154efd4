import { problemAt, type Problem } from '../problem.ts';
import type { SourceRecord } from './json-records.ts';

/** A record of one of the two files with its fields, the id of its question among them. */
export type Identified<Fields> = {
  readonly record: SourceRecord;
  readonly fields: Fields & { readonly question_id: string };
};

/** A question under the id that it gets here, and its answer where there is one. */
export type Joined<Question, Answer> = Identified<Question> & {
  readonly id: string;
  readonly answer: Identified<Answer> | undefined;
};

type Note = (problem: Problem) => void;

/** Joins questions and answers by their ids; a second answer to a question is damage. */
export function joinAnswers<Question, Answer>(
  questions: readonly Identified<Question>[],
  answers: readonly Identified<Answer>[],
  note: Note,
): readonly Joined<Question, Answer>[] {
  const byId = new Map<string, Identified<Answer>>();
  for (const answer of answers) {
    const id = answer.fields.question_id;
    if (byId.has(id)) {
      const what = `a second answer to the question ${id}`;
      const fix = 'Give each question an id of its own';
      note(problemAt(answer.record.place, 'duplicate_id', { what, fix, severity: 'fatal' }));
    }
    byId.set(id, answer);
  }
  return questions.map((question) => {
    const id = question.fields.question_id;
    return { ...question, id, answer: byId.get(id) };
  });
}

/**
 * The same for files whose ids are those of videos: where every id stands equally often in both, the
 * first question of an id has the first answer of it, and so on. All but the first get `#2`, `#3` and are
 * noted; files where some id does not are refused.
 */
export function joinInOrder<Question, Answer>(
  questions: readonly Identified<Question>[],
  answers: readonly Identified<Answer>[],
  note: Note,
): readonly Joined<Question, Answer>[] {
  const asked = groupById(questions);
  const given = groupById(answers);
  const repeat = firstRepeat(answers) ?? firstRepeat(questions);
  if (repeat === null) return joinAnswers(questions, answers, note);
  const uneven = [...new Set([...asked.keys(), ...given.keys()])].find(
    (id) => asked.get(id)?.length !== given.get(id)?.length,
  );
  if (uneven !== undefined) {
    const [often, asOften] = [asked, given].map((groups) => groups.get(uneven)?.length ?? 0);
    const counts = `${uneven} stands ${often} times among the questions and ${asOften} times among the answers`;
    const what = `the id ${repeat.fields.question_id} stands there again, and ids cannot be joined in their order, as ${counts}`;
    const fix =
      "Make the pair of IG-VLM's table with videoqa dataset convert, which gives each question its own id";
    note(problemAt(repeat.record.place, 'duplicate_id', { what, fix, severity: 'fatal' }));
    return joinAnswers(questions, answers, note);
  }
  const timesAsked = new Map<string, number>();
  return questions.map((question) => {
    const original = question.fields.question_id;
    const times = timesAsked.get(original) ?? 0;
    timesAsked.set(original, times + 1);
    const id = times === 0 ? original : `${original}#${times + 1}`;
    if (times > 0) {
      const what = `its id ${original} is that of a question before`;
      const fix = `It is called ${id} here and joined with answer ${times + 1} of that id`;
      note(problemAt(question.record.place, 'duplicate_id', { what, fix }));
    }
    return { ...question, id, answer: given.get(original)?.[times] };
  });
}

function groupById<Fields>(
  records: readonly Identified<Fields>[],
): ReadonlyMap<string, readonly Identified<Fields>[]> {
  const groups = new Map<string, Identified<Fields>[]>();
  for (const record of records) {
    const group = groups.get(record.fields.question_id);
    if (group === undefined) groups.set(record.fields.question_id, [record]);
    else group.push(record);
  }
  return groups;
}

function firstRepeat<Fields>(records: readonly Identified<Fields>[]): Identified<Fields> | null {
  const seen = new Set<string>();
  for (const record of records) {
    if (seen.has(record.fields.question_id)) return record;
    seen.add(record.fields.question_id);
  }
  return null;
}

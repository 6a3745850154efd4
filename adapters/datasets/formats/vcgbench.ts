import { basename } from 'node:path';
import type { DatasetFormat, DatasetInput, QuestionDraft } from '../format.ts';
import { problemAt, wholeFile } from '../problem.ts';
import { filesOfFolder } from '../reading/files-of-folder.ts';
import { readPairs, readSingles, type VcgQuestion } from '../reading/vcg-questions.ts';

/**
 * What a question is judged by, per file: correctness of information, detail orientation, contextual
 * understanding; temporal understanding; consistency.
 */
const dimensions = {
  generic: ['CI', 'DO', 'CU'],
  temporal: ['TU'],
  consistency: ['CO'],
} as const;
type Task = keyof typeof dimensions;

/**
 * VCGBench (Video-ChatGPT): `generic_qa.json` and `temporal_qa.json` of `{video_name, Q, A}` and
 * `consistency_qa.json` of `{video_name, Q1, Q2, A}`, or IG-VLM's CSVs `Generic_QA`, `Temporal_QA`,
 * `Consistency_QA1` and `Consistency_QA2`; `path` is one of them or their folder.
 *
 * The label `dimension` says what an answer is judged by; that of a generic question is judged three
 * times. A consistency pair is two items, `<id>/1` and `<id>/2`, asked separately. Both have the label
 * `pair: <id>` and one gold answer: the judge waits for both predictions, sees both questions with them,
 * and gives the pair one score.
 */
export const format: DatasetFormat = {
  summary:
    'generic_qa, temporal_qa or consistency_qa as JSON, a CSV of IG-VLM with the same, or their folder',
  ids: 'unique',
  mediaRoots: ['../../Videos/Benchmarking', 'videos'],
  async *read({ path, note }) {
    const files = await filesOfFolder(path, isFirstOfTask, note);
    if (files.length > 0 && files[0] !== path) noteMissing(path, files, note);
    for (const file of files) {
      const task = taskOf(basename(file));
      if (task === null) {
        const what = 'its name does not say which of the questions of VCGBench it holds';
        const fix = 'Call it generic_qa, temporal_qa or consistency_qa';
        note(problemAt(wholeFile(file), 'wrong_format', { what, fix }));
      } else if (task === 'consistency') {
        for (const pair of await readPairs(file, note))
          yield* pair.map((question, index) => draftOf(question, task, index + 1));
      } else {
        const numberOf = task === 'generic' ? (record: number) => record - 1 : () => 0;
        for (const question of await readSingles(file, note, numberOf))
          yield draftOf(question, task, null);
      }
    }
  },
};

function noteMissing(path: string, files: readonly string[], note: DatasetInput['note']): void {
  const found = new Set(files.map((file) => taskOf(basename(file))));
  for (const task of Object.keys(dimensions) as Task[]) {
    if (found.has(task)) continue;
    const what = `there is no ${task}_qa`;
    const fix = `Fetch it, or mind that nothing is judged by ${dimensions[task].join(', ')}`;
    note(problemAt(wholeFile(path), 'unreadable', { what, fix, severity: 'warning' }));
  }
}

/** The task of a file called so; null when it is none of VCGBench's. */
function taskOf(name: string): Task | null {
  const found = /^(generic|temporal|consistency)_qa[12]?\.(?:.*\.)?(?:json|csv)$/i.exec(name)?.[1];
  return (found?.toLowerCase() ?? null) as Task | null;
}

/** The second file of the consistency pairs is read with the first. */
const isFirstOfTask = (name: string): boolean => taskOf(name) !== null && !/_qa2\./i.test(name);

function draftOf(
  { place, id, video, question, answer, source }: VcgQuestion,
  task: Task,
  half: number | null,
): QuestionDraft {
  const itemId = `${task}_${id}`;
  return {
    place,
    id: half === null ? itemId : `${itemId}/${half}`,
    videos: [{ videoId: video }],
    question,
    options: [],
    answer: { form: 'free', text: answer },
    spans: null,
    categories: { dimension: dimensions[task], ...(half !== null && { pair: [itemId] }) },
    source,
  };
}

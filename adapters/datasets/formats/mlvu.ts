import { resolve } from 'node:path';
import { z } from 'zod';
import { fileStem } from '../../../domain/text/file-stem.ts';
import type { AnswerForm, DatasetFormat, DatasetInput, QuestionDraft } from '../format.ts';
import { checkRecord } from '../reading/check-record.ts';
import { nameField, secondsField, textField, textsField } from '../reading/fields.ts';
import { jsonFilesOfFolder, taskOfFile } from '../reading/files-of-folder.ts';
import type { SourceRecord } from '../reading/json-records.ts';
import { readRecords } from '../reading/records.ts';
import { shortHash } from '../reading/short-hash.ts';
import { splitOfName } from '../reading/split-of-file.ts';

const taskSchema = z.looseObject({
  video: nameField,
  duration: secondsField.nullish(),
  question: textField,
  candidates: textsField.nullish(),
  answer: textField.nullish(),
  question_type: textField,
  question_id: nameField.nullish(),
});
const hubSchema = z.looseObject({
  video_name: nameField,
  question: textField,
  answer: textField.nullish(),
  task_type: textField,
  question_id: nameField.nullish(),
});

/**
 * MLVU's files, one for each task, such as `1_plotQA.json`: `{video, duration, question, candidates?,
 * answer, question_type}`. With candidates the answer is the text of one; without, the question is
 * open-ended. Or a table of MLVU at Hugging Face: `{video_name, question, answer, task_type}` with the
 * options in the question and a letter as the answer. Only the test set has ids; elsewhere the
 * video and the question together name an item.
 */
export const format: DatasetFormat = {
  summary:
    'the folder json/ of the task files, or one of them, closed (1_plotQA to 7_topic_reasoning) or open (8_sub_scene, 9_summary); or the Parquet file of MLVU_dev or MLVU_Test',
  ids: 'composed',
  mediaRoots: ['../video', 'video', 'videos'],
  // Each of the Parquet files is called `test`.
  splitOf: (path) => splitOfFolder(path) ?? (path.endsWith('.parquet') ? null : splitOfName(path)),
  async *read({ path, note }) {
    for (const file of await jsonFilesOfFolder(path, note))
      for (const record of await readRecords(file, note)) {
        const draft = isOfHub(record.value)
          ? readHubRecord(record, note)
          : readTaskRecord(record, note);
        if (draft !== null) yield draft;
      }
  },
};

function splitOfFolder(path: string): string | null {
  return /MLVU[_-](dev|test)(?![a-z])/i.exec(resolve(path))?.[1]?.toLowerCase() ?? null;
}

const isOfHub = (value: unknown): boolean =>
  value !== null && typeof value === 'object' && 'video_name' in value;

function readTaskRecord(record: SourceRecord, note: DatasetInput['note']): QuestionDraft | null {
  const fields = checkRecord(record, taskSchema, note);
  if (fields === null) return null;
  const { video, question, question_type: type, candidates, duration } = fields;
  const folders = [taskOfFile(record.place.file), type];
  return {
    place: record.place,
    id: fields.question_id ?? composedId(video, question),
    videos: [
      { videoId: fileStem(video), files: [...folders.map((name) => `${name}/${video}`), video] },
    ],
    question,
    options: candidates ?? [],
    answer: answerOf(fields.answer, candidates == null ? 'free' : 'text'),
    spans: null,
    ...(duration != null && { durationSeconds: duration }),
    categories: { question_type: [type] },
    source: record.value as Record<string, unknown>,
  };
}

function readHubRecord(record: SourceRecord, note: DatasetInput['note']): QuestionDraft | null {
  const fields = checkRecord(record, hubSchema, note);
  if (fields === null) return null;
  const { video_name: video, question } = fields;
  return {
    place: record.place,
    id: fields.question_id ?? composedId(video, question),
    videos: [{ videoId: fileStem(video), files: [video] }],
    question,
    options: 'inline',
    answer: answerOf(fields.answer, 'letter'),
    spans: null,
    categories: { question_type: [fields.task_type] },
    source: record.value as Record<string, unknown>,
  };
}

const composedId = (video: string, question: string): string =>
  `${fileStem(video)}_${shortHash(question)}`;

const answerOf = (text: string | null | undefined, form: 'text' | 'free' | 'letter'): AnswerForm =>
  text == null ? { form: 'none' } : { form, text };

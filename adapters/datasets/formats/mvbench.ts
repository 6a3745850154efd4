import { z } from 'zod';
import type { TimeSpan } from '../../../domain/item.ts';
import type {
  AnswerForm,
  DatasetFormat,
  DatasetInput,
  QuestionDraft,
  VideoReference,
} from '../format.ts';
import { problemAt, wholeFile } from '../problem.ts';
import { checkRecord } from '../reading/check-record.ts';
import { clipOf } from '../reading/clip.ts';
import { nameField, secondsField, textField } from '../reading/fields.ts';
import { jsonFilesOfFolder, taskOfFile } from '../reading/files-of-folder.ts';
import { readJsonRecords } from '../reading/json-records.ts';
import { fileOfTask, type MvbenchTask, mvbenchTasks } from '../reading/mvbench-tasks.ts';
import { shortHash } from '../reading/short-hash.ts';

const optionsField = z.array(nameField, { error: 'must be a list of texts' });
const taskSchema = z.looseObject({
  video: nameField,
  question: textField,
  candidates: optionsField,
  answer: nameField.nullish(),
});
const boundsSchema = z
  .looseObject({ start: secondsField, end: secondsField })
  .transform(({ start, end }) => ({ startSeconds: start, endSeconds: end }));
const conversationSchema = z.looseObject({
  question: textField,
  choices: optionsField,
  answer: nameField.nullish(),
});
const listSchema = z.looseObject({
  video_id: nameField,
  video_path: nameField,
  conversations: z.tuple([conversationSchema], { error: 'must be a list of one question' }),
  clip: z
    .tuple([secondsField, secondsField], { error: 'must be a start and an end in seconds' })
    .transform(([startSeconds, endSeconds]) => ({ startSeconds, endSeconds }))
    .optional(),
  fps: z.number({ error: 'must be a number' }).positive().optional(),
});

/**
 * MVBench's 20 files `<task>.json`: `{video, question, candidates, answer, start?, end?}`, without ids: the
 * task, the video and the question name an item. Or HERMES' single list of all: `{video_path,
 * conversations: [{question, choices, answer}], video_id, clip?, fps?}`, which does not say the task
 * and where `video_id` numbers the questions. The answer is the text of an option.
 */
export const format: DatasetFormat = {
  summary:
    'the folder json/ of the task files, the folder it lies in or one of the files; or one JSON list of {video_path, conversations, video_id}',
  ids: 'composed',
  mediaRoots: ['../video', 'video', '../videos', 'videos'],
  async *read({ path, note }) {
    const files = await jsonFilesOfFolder(path, note);
    const found = mvbenchTasks.flatMap((task) =>
      files.filter((file) => taskOfFile(file) === fileOfTask(task)).map((file) => ({ task, file })),
    );
    if (found.length === 0) for (const file of files) yield* readList(file, note);
    else if (files[0] !== path) noteMissing(path, new Set(found.map(({ task }) => task)), note);
    for (const { task, file } of found) yield* readTask(task, file, note);
  },
};

function noteMissing(
  path: string,
  found: ReadonlySet<MvbenchTask>,
  note: DatasetInput['note'],
): void {
  for (const task of mvbenchTasks.filter((each) => !found.has(each))) {
    const what = `there is no ${fileOfTask(task)}.json`;
    const fix = 'Fetch it, or mind that the average is over fewer than 20 tasks';
    note(problemAt(wholeFile(path), 'unreadable', { what, fix, severity: 'warning' }));
  }
}

async function* readTask(
  task: MvbenchTask,
  file: string,
  note: DatasetInput['note'],
): AsyncIterable<QuestionDraft> {
  for (const record of await readJsonRecords(file, note)) {
    const fields = checkRecord(record, taskSchema, note);
    const clip = task.isBounded ? checkRecord(record, boundsSchema, note) : undefined;
    if (fields === null || clip === null) continue;
    const { question, candidates: options } = fields;
    const video = videoAt(`${task.folder}/${fields.video}`, clip, task.framesPerSecond);
    yield {
      place: record.place,
      id: `${fileOfTask(task)}_${shortHash(JSON.stringify([video.videoId, question, options]))}`,
      videos: [video],
      question,
      options,
      answer: answerOf(fields.answer),
      spans: null,
      categories: { task_type: [task.name] },
      source: record.value as Record<string, unknown>,
    };
  }
}

async function* readList(file: string, note: DatasetInput['note']): AsyncIterable<QuestionDraft> {
  const ids = new Set<string>();
  for (const record of await readJsonRecords(file, note)) {
    const fields = checkRecord(record, listSchema, note);
    if (fields === null) continue;
    const { video_id: id, video_path: path, clip, fps } = fields;
    const [{ question, choices, answer }] = fields.conversations;
    if (ids.has(id)) {
      const what = `its video_id ${id} is that of another record, too`;
      const fix = 'Give each its own number';
      note(problemAt(record.place, 'duplicate_id', { what, fix, severity: 'fatal' }));
      continue;
    }
    ids.add(id);
    yield {
      place: record.place,
      id,
      videos: [videoAt(belowVideos(path), clip, fps)],
      question,
      options: choices,
      answer: answerOf(answer),
      spans: null,
      categories: {},
      source: record.value as Record<string, unknown>,
    };
  }
}

/** The part of a path from the folder of a task's media on; of other paths, the file and its folder. */
function belowVideos(path: string): string {
  const task = mvbenchTasks.find(({ folder }) => path.includes(`/${folder}/`));
  if (task === undefined) return path.split('/').slice(-2).join('/');
  return path.slice(path.indexOf(`/${task.folder}/`) + 1);
}

/** Files in different folders share names, so that the folders belong to the id of a video. */
function videoAt(path: string, clip?: TimeSpan, framesPerSecond?: number): VideoReference {
  const parts = path.split('/');
  const files = parts.map((_, from) => parts.slice(from).join('/'));
  const isFolder = framesPerSecond !== undefined;
  const videoId = (isFolder ? path : path.replace(/\.[^./]+$/, '')).replaceAll('/', '_');
  return {
    ...(clip === undefined ? { videoId, files } : clipOf(videoId, clip, files)),
    ...(isFolder && { framesPerSecond }),
  };
}

const answerOf = (text: string | null | undefined): AnswerForm =>
  text == null ? { form: 'none' } : { form: 'text', text };

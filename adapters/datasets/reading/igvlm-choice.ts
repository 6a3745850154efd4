import type { AnswerForm, QuestionDraft } from '../format.ts';
import type { Problem } from '../problem.ts';
import { indexForm } from './answer-forms.ts';
import { type CsvRow, rowsWith, type Table } from './csv-records.ts';
import { readStarVideo, starCategories } from './star-clips.ts';

const columns = ['video_name', 'question', 'question_id', 'answer', 'a0', 'a1', 'a2', 'a3'];

/** Whether a table is one of IG-VLM, which alone calls the videos `video_name`. */
export const isIgvlmTable = (table: Table | null): boolean =>
  table?.columns.includes('video_name') ?? false;

/**
 * Reads a multiple-choice CSV of IG-VLM (NExT_QA, IntentQA, STAR, EgoSchema): `video_name, question,
 * question_id, answer, a0..a3` and in some `a4, answer_number, question_type`. Ids and videos are
 * called as in the sets' own files.
 *
 * @param table null gives no questions
 */
export function* readIgvlmChoice(
  table: Table | null,
  note: (problem: Problem) => void,
): Iterable<QuestionDraft> {
  for (const { place, value } of table === null ? [] : rowsWith(columns, table, note)) {
    const { video_name: video = '', question = '', question_type: type } = value;
    const starClip = readStarVideo(video);
    yield {
      place,
      id: idOf(value),
      videos: [starClip ?? { videoId: video }],
      question,
      options: ['a0', 'a1', 'a2', 'a3', 'a4'].flatMap((option) => value[option] ?? []),
      answer: answerOf(value),
      spans: null,
      categories: type === undefined ? {} : starClip ? starCategories(type) : { type: [type] },
      source: value,
    };
  }
}

/** EgoSchema, alone without types, has the id of a file at Google there; NExT-QA lacks a separator. */
function idOf({
  video_name: video = '',
  question_id: id = '',
  question_type: type,
}: CsvRow): string {
  if (type === undefined) return video;
  const number = id.startsWith(video) ? id.slice(video.length) : '';
  return /^\d+$/.test(number) ? `${video}_${number}` : id;
}

function answerOf({ answer: text = '', answer_number: number = '' }: CsvRow): AnswerForm {
  const answer = indexForm(number);
  if (answer.form !== 'index') return { form: 'text', text };
  return { form: 'index-and-text', index: answer.index, text };
}

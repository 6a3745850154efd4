import type { QuestionDraft } from '../format.ts';
import type { Problem } from '../problem.ts';
import { type CsvRow, rowsWith, type Table } from './csv-records.ts';
import { openDraft, type OpenSet } from './open-question.ts';

/** The columns that every CSV of IG-VLM with open-ended questions has. */
const columns = ['video_name', 'question', 'answer', 'question_id', 'question_type'];

/**
 * Reads IG-VLM's CSV of a set of open-ended questions: `[row], video_id?, answer, question, video_name,
 * question_id, question_type`.
 *
 * @param table null gives no questions
 */
export function* readIgvlmOpen(
  table: Table | null,
  note: (problem: Problem) => void,
  set: OpenSet,
): Iterable<QuestionDraft> {
  for (const { place, value } of table === null ? [] : rowsWith(columns, table, note)) {
    yield openDraft(
      {
        place,
        id: igvlmId(value),
        video: value['video_name'] ?? '',
        question: value['question'] ?? '',
        answer: { form: 'free', text: value['answer'] ?? '' },
        type: value['question_type'] ?? null,
        source: value,
      },
      set,
    );
  }
}

/**
 * The id of a row's question: its `question_id`. In TGIF's file that is the id of the GIF, which may
 * have nine questions, and `video_id` names the question: `FRAMEQA1159`.
 */
export function igvlmId({ question_id: question = '', video_id: video = '' }: CsvRow): string {
  return /^FRAMEQA\d+$/.test(video) ? video : question;
}

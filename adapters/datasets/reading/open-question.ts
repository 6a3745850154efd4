import type { AnswerForm, QuestionDraft, VideoReference } from '../format.ts';

/** In what the sets of open-ended questions about short clips differ. */
export type OpenSet = {
  /** The video that the files of the set name so. */
  readonly videoOf: (name: string) => VideoReference;
  /** Words for the numbers of its types of question. @default the numbers */
  readonly types?: readonly string[];
};

/** A record that asks something about one video and has the answer as free text. */
export type OpenQuestion = Pick<QuestionDraft, 'place' | 'id' | 'question' | 'source'> & {
  readonly video: string;
  readonly answer: Extract<AnswerForm, { form: 'free' | 'none' }>;
  /** Null where the record has none. */
  readonly type: string | null;
};

/** The draft of such a record, with its type of question as the label `type`. */
export function openDraft(
  { place, id, video, question, answer, type, source }: OpenQuestion,
  { videoOf, types = [] }: OpenSet,
): QuestionDraft {
  return {
    place,
    id,
    videos: [videoOf(video)],
    question,
    options: [],
    answer,
    spans: null,
    categories: type === null ? {} : { type: [typeLabel(type, types)] },
    source,
  };
}

/** The word for a type of question that a file numbers from 0; what is no such number stays. */
export function typeLabel(type: string, words: readonly string[]): string {
  return (/^\d+$/.test(type) ? words[Number(type)] : undefined) ?? type;
}

import type { DatasetMapping } from '../../domain/config/dataset-mapping.ts';
import type { TimeSpan } from '../../domain/item.ts';
import type { Place, Problem } from './problem.ts';

/**
 * How the files of one data set are read. Each format is a file of its own in `formats/` that
 * exports one of these as `format`; the name of the file is the name of the format.
 */
export type DatasetFormat = {
  /** Which files `path` may name, in one line. */
  readonly summary: string;
  /**
   * `unique`: the source promises that no two records have one id, and a second one is damage.
   * `composed`: it promises nothing, and repeated ids get `#<record>`.
   */
  readonly ids: 'unique' | 'composed';
  /**
   * Where the suite keeps its videos, relative to the folder of the annotation files: taken where the
   * configuration names no folder. The first that exists counts. @default none
   */
  readonly mediaRoots?: readonly string[];
  /** Which split of the data set a file holds. @default by its name: `val.csv`, `test_q.json` */
  readonly splitOf?: (path: string) => string | null;
  /**
   * Reads the questions in the order of the files. What is wrong with a record goes to `note`; what
   * holds for every format (ids, options, answers, spans) is checked by whoever reads the drafts.
   */
  readonly read: (input: DatasetInput) => AsyncIterable<QuestionDraft>;
};

export type DatasetInput = {
  /** The annotation file, or the folder of annotation files. */
  readonly path: string;
  readonly note: (problem: Problem) => void;
  /** What `dataset.mapping` of the configuration says; of the format `generic` alone. */
  readonly mapping: DatasetMapping | null;
};

/** A question as its record has it, before it is checked and gets its id. */
export type QuestionDraft = {
  readonly place: Place;
  /** The id that the source gives or its fields compose; null = `<video>#<record>`. */
  readonly id: string | null;
  /** In order. */
  readonly videos: readonly VideoReference[];
  readonly question: string;
  /** Set where a description is asked for, not an answer. @default what the options say */
  readonly task?: 'caption';
  /** The texts in order, without letters; `inline` when they stand in the question. */
  readonly options: readonly string[] | 'inline';
  readonly answer: AnswerForm;
  /** Evidence spans; null when the source has none for this question. */
  readonly spans: readonly TimeSpan[] | null;
  /** Of the video, as annotated. @default unknown */
  readonly durationSeconds?: number;
  readonly categories: Readonly<Record<string, readonly string[]>>;
  /** The record of the source file, untouched. */
  readonly source: Readonly<Record<string, unknown>>;
};

/**
 * The right answer in the form in which the source has it. A `letter` may be dressed, as in `(B)` or
 * `B. red`; an `index` counts options from 0; `free` text answers an open-ended question.
 */
export type AnswerForm =
  | { readonly form: 'letter'; readonly text: string }
  | { readonly form: 'index'; readonly index: number }
  | { readonly form: 'text'; readonly text: string }
  | { readonly form: 'index-and-text'; readonly index: number; readonly text: string }
  | { readonly form: 'free'; readonly text: string }
  | {
      readonly form: 'none';
      /** Such as which file lacks it. @default nobody says what the right answer is */
      readonly why?: string;
    };

/** A video as an annotation names it. */
export type VideoReference = {
  /** Unique in the data set, and a name that can stand in a path. */
  readonly videoId: string;
  /**
   * Where its file may lie below the folder of videos, `/` between folders, with or without
   * extension; the first that exists counts. @default the id
   */
  readonly files?: readonly string[];
  /** The part that the question is about. @default the whole video */
  readonly clip?: TimeSpan;
  /** The "video" is a folder of frames in the order of their numbers, at this rate. */
  readonly framesPerSecond?: number;
};

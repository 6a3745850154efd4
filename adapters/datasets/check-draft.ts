import type { AnswerOption } from '../../domain/item.ts';
import type { QuestionDraft } from './format.ts';
import { faultOfFolderName } from './folder-name.ts';
import { problemAt, type Problem, type ProblemKind } from './problem.ts';

/** Letters name the options. */
const mostOptions = 26;

/**
 * Notes what is odd about one question, apart from its answer.
 *
 * @returns whether it can be asked
 */
export function checkDraft(
  draft: QuestionDraft,
  options: readonly AnswerOption[],
  note: (problem: Problem) => void,
): boolean {
  let isFit = true;
  const say = (kind: ProblemKind, what: string, fix: string): void => {
    const problem = problemAt(draft.place, kind, { what, fix });
    note(problem);
    if (problem.severity !== 'warning') isFit = false;
  };
  checkVideos(draft, say);
  if (draft.question.trim() === '')
    say('empty_question', 'the question is empty', 'Fill it in or remove the record');
  checkOptions(options, say);
  checkText(draft, say);
  checkSpans(draft, say);
  return isFit;
}

type Say = (kind: ProblemKind, what: string, fix: string) => void;

function checkVideos({ videos }: QuestionDraft, say: Say): void {
  const fix = 'Mend the field or remove the record';
  if (videos.length === 0) say('wrong_format', 'the record names no video', fix);
  for (const { videoId, clip } of videos) {
    const fault = faultOfFolderName(videoId);
    if (fault !== null)
      say('wrong_format', `the name of its video ${fault} and cannot name a folder`, fix);
    if (clip !== undefined && clip.endSeconds < clip.startSeconds)
      say('wrong_format', 'the part of the video ends before it begins', fix);
  }
}

function checkOptions(options: readonly AnswerOption[], say: Say): void {
  if (options.length === 0) return;
  const texts = options.map(({ text }) => text.trim());
  const filled = texts.filter((text) => text !== '');
  if (options.length > mostOptions)
    say(
      'wrong_format',
      `it has ${options.length} options, at most 26 have a letter`,
      'Leave some out',
    );
  if (options.length === 1)
    say('single_option', 'it has one option alone', 'Every answer to it is right; leave it out');
  if (filled.length < texts.length)
    say('empty_options', 'an option is empty', 'Fill it in or remove the record');
  if (new Set(texts).size < texts.length)
    say(
      'equal_options',
      'two of its options are equal',
      'Only one of their letters counts as right',
    );
}

function checkText({ question, options, answer, source }: QuestionDraft, say: Say): void {
  const listed = options === 'inline' ? [] : options;
  const answers = 'text' in answer ? [answer.text] : [];
  const texts = [question, ...listed, ...answers, ...Object.values(source)].filter(isText);
  if (options === 'inline') return;
  if (texts.some((text) => text !== text.trim()))
    say('outer_blanks', 'a text begins or ends with blanks', 'They are left out');
  if (texts.some((text) => /[\r\n]/.test(text)))
    say('line_break', 'a text holds a line break', 'Check that nothing else slipped into it');
}

const isText = (value: unknown): value is string => typeof value === 'string';

function checkSpans({ spans, durationSeconds }: QuestionDraft, say: Say): void {
  if (spans === null) return;
  if (spans.length === 0)
    say('empty_spans', 'its list of evidence spans is empty', 'It is left out of hit rates');
  const end = durationSeconds ?? Infinity;
  if (spans.some(({ endSeconds }) => endSeconds > end))
    say(
      'span_after_duration',
      `an evidence span ends after the video (${end} s)`,
      'It is taken as it stands',
    );
}

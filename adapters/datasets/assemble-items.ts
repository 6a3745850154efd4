import type { AnswerOption, Item, TimeSpan } from '../../domain/item.ts';
import type { Problem } from './problem.ts';
import type { QuestionDraft } from './question-draft.ts';
import { readGoldLetter, readOptions } from './question-options.ts';
import { readTimeReference } from './time-reference.ts';
import { createWarningList, type WarningList } from './warning-list.ts';

/** What a format says of all its records; a record that breaks a promise is worth a word. */
export type FormatPromises = {
  /** A second question with one uid is a problem, not just named otherwise. */
  readonly uniqueUids: boolean;
  /** A question without annotated time is worth a warning. */
  readonly times: boolean;
};

export type AssembledItems = {
  readonly items: readonly Item[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
};

/**
 * Gives every question its id and reads its options, answer and annotated time. The id is the
 * `uid` where it is present and unique in the whole file, else `<key>#<number in the file>`.
 *
 * @param options.limit  first questions only; null = all. Ids do not depend on it
 */
export function assembleItems(
  drafts: readonly QuestionDraft[],
  {
    file,
    promises,
    limit,
  }: {
    readonly file: string;
    readonly promises: FormatPromises;
    readonly limit: number | null;
  },
): AssembledItems {
  const repeated = promises.uniqueUids ? new Set<string>() : repeatedUids(drafts);
  const problems: Problem[] = [];
  const warnings = createWarningList();
  const recordOfId = new Map<string, number>();
  const items = drafts.slice(0, limit ?? undefined).map((draft) => {
    const { line, record, uid, videoId } = draft;
    const complain: Complain = (what, fix) => problems.push({ file, line, record, what, fix });
    const itemId = uid === null || repeated.has(uid) ? `${videoId}#${record}` : uid;
    const before = recordOfId.get(itemId);
    if (before === undefined) recordOfId.set(itemId, record);
    else complain(`its id ${itemId} is that of record ${before}, too`, 'Give each its own uid');
    if (uid !== null && itemId !== uid)
      warnings.add('items named by video and record, because their uid is not unique', itemId);
    if (promises.times && draft.timeReference === null)
      warnings.add('items without a gold span, because time_reference is missing', itemId);
    return assembleItem(itemId, draft, complain, warnings);
  });
  return { items, problems, warnings: warnings.lines() };
}

function repeatedUids(drafts: readonly QuestionDraft[]): Set<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { uid } of drafts) {
    if (uid === null) continue;
    if (seen.has(uid)) repeated.add(uid);
    seen.add(uid);
  }
  return repeated;
}

type Complain = (what: string, fix: string) => unknown;

function assembleItem(
  itemId: string,
  draft: QuestionDraft,
  complain: Complain,
  warnings: WarningList,
): Item {
  const options = readOptions(draft.question);
  return {
    itemId,
    videoIds: [draft.videoId],
    question: draft.question,
    options,
    gold: readGold(itemId, draft.answer, options, complain, warnings),
    goldSpans: readSpans(itemId, draft.timeReference, warnings),
    categories: { ...draft.categories },
    source: { ...draft.source },
  };
}

function readGold(
  itemId: string,
  answer: string | null,
  options: readonly AnswerOption[],
  complain: Complain,
  warnings: WarningList,
): string | null {
  if (answer === null) {
    warnings.add('items that cannot be scored, because they have no answer', itemId);
    return null;
  }
  const letter = readGoldLetter(answer);
  if (options.length === 0) {
    if (letter === null) return answer;
    warnings.add('open-ended, though the answer is a letter: no options in the question', itemId);
    return letter;
  }
  const chosen =
    options.find((option) => option.letter === letter) ??
    options.find((option) => option.text.toLowerCase() === answer.toLowerCase());
  if (chosen !== undefined) return chosen.letter;
  const letters = options.map((option) => option.letter).join(', ');
  complain(
    `its answer is none of the options ${letters}`,
    'Mend the answer, or empty it if it is unknown',
  );
  return null;
}

function readSpans(itemId: string, reference: string | null, warnings: WarningList): TimeSpan[] {
  if (reference === null) return [];
  const span = readTimeReference(reference);
  if (span !== null) return [span];
  warnings.add('items without a gold span, because time_reference is not like 01:15-01:19', itemId);
  return [];
}

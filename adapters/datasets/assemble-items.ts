import type { AnswerOption, Item } from '../../domain/item.ts';
import { checkDraft } from './check-draft.ts';
import type { DatasetFormat, QuestionDraft, VideoReference } from './format.ts';
import { createNaming } from './name-items.ts';
import { problemAt, type Problem } from './problem.ts';
import { readOptions } from './reading/question-options.ts';
import { resolveGold } from './resolve-gold.ts';

/** An item, and how its source names its videos. */
export type AssembledItem = { readonly item: Item; readonly videos: readonly VideoReference[] };

/**
 * Makes items of drafts, one by one: gives each its id, letters to its options, and one form to its
 * answer. What keeps a question from being asked or scored rightly leaves it out; all oddities are
 * noted. Ids do not depend on what is left out.
 */
export function createAssembler(
  { ids }: Pick<DatasetFormat, 'ids'>,
  note: (problem: Problem) => void,
): (draft: QuestionDraft) => AssembledItem | null {
  const nameOf = createNaming(ids, note);
  const timesAsked = new Map<string, number>();
  return (draft) => {
    const itemId = nameOf(draft);
    noteRepeat(draft, timesAsked, note);
    const options = lettered(draft);
    const isFit = checkDraft(draft, options, note);
    const answer = resolveGold(draft, options, note);
    if (itemId === null || !isFit || !answer.isFit) return null;
    return { item: itemOf(itemId, draft, options, answer.gold), videos: draft.videos };
  };
}

/** Noted once for each question of a video that stands there more than once. */
function noteRepeat(
  { place, videos, question }: QuestionDraft,
  timesAsked: Map<string, number>,
  note: (problem: Problem) => void,
): void {
  const key = JSON.stringify([...videos.map(({ videoId }) => videoId), question.trim()]);
  const times = (timesAsked.get(key) ?? 0) + 1;
  timesAsked.set(key, times);
  if (times !== 2) return;
  const what = 'the same question was asked of this video before';
  note(problemAt(place, 'duplicate_question', { what, fix: 'All are asked' }));
}

function lettered({ question, options }: QuestionDraft): readonly AnswerOption[] {
  if (options === 'inline') return readOptions(question);
  return options.map((text, index) => ({
    letter: String.fromCharCode('A'.charCodeAt(0) + index),
    text: text.trim(),
  }));
}

function itemOf(
  itemId: string,
  draft: QuestionDraft,
  options: readonly AnswerOption[],
  gold: string | null,
): Item {
  const categories = Object.entries(draft.categories);
  return {
    itemId,
    videoIds: draft.videos.map(({ videoId }) => videoId),
    // With its options inside, a question is kept to the letter.
    question: draft.options === 'inline' ? draft.question : draft.question.trim(),
    options: [...options],
    ...(draft.task !== undefined && { task: draft.task }),
    gold,
    goldSpans: [...(draft.spans ?? [])],
    categories: Object.fromEntries(categories.map(([name, labels]) => [name, [...labels]])),
    source: { ...draft.source },
  };
}

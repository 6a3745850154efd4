const mark = '<video>';

/** A stretch of a question's text, or the place of a video in it: its position in the item, from 0. */
export type QuestionPiece = { readonly text: string } | { readonly video: number };

/**
 * Where an item's videos belong in its question: the n-th `<video>` stands for the n-th video, and
 * videos without a mark come before the question. A mark too many stays text.
 *
 * @returns every video once; texts may be empty, and the first text is where the question begins
 */
export function placeVideos(question: string, videoCount: number): QuestionPiece[] {
  const texts = question.split(mark);
  const marked = Math.min(texts.length - 1, videoCount);
  const pieces: QuestionPiece[] = [];
  for (let video = marked; video < videoCount; video++) pieces.push({ video });
  for (let video = 0; video < marked; video++) pieces.push({ text: texts[video]! }, { video });
  return [...pieces, { text: texts.slice(marked).join(mark) }];
}

/** The question with words for its marks, where no frames stand in their place. */
export function nameVideos(question: string, videoCount: number): string {
  let video = 0;
  return question.replaceAll(mark, () => {
    video += 1;
    if (video > videoCount) return mark;
    return videoCount === 1 ? '(the video)' : `(video ${video})`;
  });
}

/** The question without marks, to search by its words. */
export function withoutMarks(question: string): string {
  return question.replaceAll(mark, ' ');
}

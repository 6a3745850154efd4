import type { AnswerOption } from '../item.ts';
import type { ImagePart, TextPart } from '../calls/model-call.ts';
import { nameVideos, placeVideos } from './video-marks.ts';

/** A picture as a prompt refers to it. */
export type Picture = Pick<ImagePart, 'sha256' | 'mediaType'>;

/** A frame that is shown. `timeSeconds` null when unknown. */
export type PromptFrame = Picture & {
  readonly frameId: number;
  readonly timeSeconds: number | null;
};

type Part = TextPart | ImagePart;

/**
 * A question with its videos: the frames of each where its mark stands, else before the question.
 * Where nothing is shown of any video, the marks become words.
 *
 * @param lead  what stands before the first words, such as `Question: `
 * @param videos  the parts that show each video, in the item's order
 */
export function questionParts(
  lead: string,
  question: string,
  videos: readonly (readonly Part[])[],
): Part[] {
  if (videos.every((parts) => parts.length === 0))
    return [text(`${lead}${nameVideos(question, videos.length)}`)];
  const pieces = placeVideos(question, videos.length);
  const firstText = pieces.findIndex((piece) => 'text' in piece);
  return pieces.flatMap((piece, place) => {
    if ('text' in piece) {
      const words = place === firstText ? `${lead}${piece.text}` : piece.text;
      return words.trim() === '' ? [] : [text(words)];
    }
    const parts = videos[piece.video]!;
    const isMarked = place > firstText;
    return parts.length === 0 && isMarked
      ? [text(`(video ${piece.video + 1}, of which no frame is shown)`)]
      : parts;
  });
}

/** Adds the options where the question does not list them itself. */
export function withOptions(question: string, options: readonly AnswerOption[]): string {
  const lists = options.every(
    ({ letter, text: words }) =>
      question.includes(`(${letter})`) || listedAs(letter, words, question),
  );
  if (lists) return question;
  return [question, ...options.map(({ letter, text: words }) => `(${letter}) ${words}`)].join('\n');
}

/** "A. red", "A: red", "A) red". */
function listedAs(letter: string, words: string, question: string): boolean {
  return ['. ', ': ', ') '].some((mark) => question.includes(`${letter}${mark}${words}`));
}

/** `12.5 s`, to the hundredth. */
export function seconds(timeSeconds: number): string {
  return `${Number(timeSeconds.toFixed(2))} s`;
}

export function text(words: string): TextPart {
  return { type: 'text', text: words };
}

export function image({ sha256, mediaType }: Picture): ImagePart {
  return { type: 'image', sha256, mediaType };
}

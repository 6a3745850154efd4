import {
  colours,
  describeObject,
  shapes,
  type Colour,
  type SceneObject,
  type Shape,
} from './vocabulary.ts';

/** What is asked for: the colour of a shape, the shape of a colour, or the shape that joins an object. */
export type Question =
  | { readonly kind: 'colour'; readonly subject: Shape; readonly options: readonly Colour[] }
  | { readonly kind: 'shape'; readonly subject: Colour; readonly options: readonly Shape[] }
  | { readonly kind: 'joins'; readonly subject: SceneObject; readonly options: readonly Shape[] };

/** Writes a question and its options, one a line: `(A) red`. The inverse of {@link parseQuestion}. */
export function formatQuestion(question: Question): string {
  const lines = question.options.map((option, index) => `(${optionLetter(index)}) ${option}`);
  return [questionSentence(question), ...lines].join('\n');
}

/** The letter of an option: 0 is A. */
export function optionLetter(index: number): string {
  return String.fromCharCode(65 + index);
}

function questionSentence(question: Question): string {
  if (question.kind === 'colour') return `What colour is the ${question.subject}?`;
  if (question.kind === 'shape') return `What shape is the ${question.subject} object?`;
  return `Which shape joins the ${describeObject(question.subject)}?`;
}

const anyShape = shapes.join('|');
const anyColour = colours.join('|');
const colourSentence = new RegExp(`what colour is the (${anyShape})\\?`, 'i');
const shapeSentence = new RegExp(`what shape is the (${anyColour}) object\\?`, 'i');
const joinsSentence = new RegExp(`which shape joins the (${anyColour}) (${anyShape})\\?`, 'i');

/**
 * Understands a question of this world from its text alone, also where it stands inside a longer
 * prompt: the first known sentence, then the option lines that follow it in the order A, B, C ...
 * Options may be written `(A) red`, `A. red`, `A) red` or `A: red`. Null where no question is found,
 * where it has fewer than two options, or where an option is not a word of this world.
 */
export function parseQuestion(text: string): Question | null {
  const colour = colourSentence.exec(text);
  if (colour !== null) {
    const subject = wordIn(shapes, colour[1]);
    const options = readOptions(text.slice(colour.index), colours);
    return subject && options && { kind: 'colour', subject, options };
  }
  const shape = shapeSentence.exec(text);
  if (shape !== null) {
    const subject = wordIn(colours, shape[1]);
    const options = readOptions(text.slice(shape.index), shapes);
    return subject && options && { kind: 'shape', subject, options };
  }
  const joins = joinsSentence.exec(text);
  if (joins === null) return null;
  const subjectColour = wordIn(colours, joins[1]);
  const subjectShape = wordIn(shapes, joins[2]);
  const options = readOptions(text.slice(joins.index), shapes);
  if (subjectColour === null || subjectShape === null || options === null) return null;
  return { kind: 'joins', subject: { shape: subjectShape, colour: subjectColour }, options };
}

/**
 * The objects to look for if an option were true, the subject first. Where the question leaves a
 * colour open (that of a joining shape), `guess` fills it in.
 */
export function objectsOfOption(
  question: Question,
  optionIndex: number,
  guess: Colour,
): readonly SceneObject[] {
  const option = question.options[optionIndex];
  if (option === undefined) throw new RangeError(`the question has no option ${optionIndex}`);
  if (question.kind === 'colour') return [{ shape: question.subject, colour: option as Colour }];
  const shape = option as Shape;
  if (question.kind === 'shape') return [{ shape, colour: question.subject }];
  return [question.subject, { shape, colour: guess }];
}

function readOptions<Word extends string>(text: string, words: readonly Word[]): Word[] | null {
  const options: Word[] = [];
  for (const match of text.matchAll(/^\s*\(?([A-Z])[).:]\s*(\S.*?)\s*\.?$/gm)) {
    if (match[1] !== optionLetter(options.length)) break;
    const word = wordIn(words, match[2]);
    if (word === null) return null;
    options.push(word);
  }
  return options.length >= 2 ? options : null;
}

function wordIn<Word extends string>(
  words: readonly Word[],
  text: string | undefined,
): Word | null {
  const wanted = text?.toLowerCase();
  return words.find((word) => word === wanted) ?? null;
}

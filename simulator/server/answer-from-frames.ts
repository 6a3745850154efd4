import type { SeenObject } from '../vision/see-objects.ts';
import { optionLetter } from '../world/question-grammar.ts';
import type { Question } from '../world/question-grammar.ts';
import { describeObject } from '../world/vocabulary.ts';
import type { AskedQuestion } from './asked-question.ts';
import type { SeenFrame } from './plan-pictures.ts';
import { drawOne } from './seeded-draws.ts';

/** Words that stand in every reply whose content the frames did not decide. */
export const guessMarker = 'simulated guess';

/**
 * The model's reply to a question without options: a fenced `{"answer": words}` that names what it
 * saw, as a guess.
 */
export function answerInWords(frames: readonly SeenFrame[]): string {
  const words = namesSeen(frames) ?? guessMarker;
  return reply(`${describeSights(frames)} What to make of it is a ${guessMarker}.`, words);
}

/** Every object once; null where none was seen. */
function namesSeen(frames: readonly SeenFrame[]): string | null {
  const names = frames.flatMap(({ sight }) => sight.objects.map(describeObject));
  return names.length > 0 ? [...new Set(names)].join(', ') : null;
}

/**
 * The model's reply to a question with options: what it saw, then a fenced `{"answer": letter}`.
 * It answers from the frames where they decide the question, else it guesses and says so.
 */
export function answerFromFrames(
  question: AskedQuestion,
  frames: readonly SeenFrame[],
  draw: string,
): string {
  const { letter, isGuess } = chooseLetter(question, frames, draw);
  const verdict = isGuess
    ? `That does not decide the question: this is a ${guessMarker}.`
    : 'That decides the question.';
  return reply(`${describeSights(frames)} ${verdict}`, letter);
}

/** The same as a bare letter in parentheses; a guess says so in a second line. */
export function answerByLetter(
  question: AskedQuestion,
  frames: readonly SeenFrame[],
  draw: string,
): string {
  const { letter, isGuess } = chooseLetter(question, frames, draw);
  return isGuess ? `(${letter})\nThe answer is (${letter}): a ${guessMarker}.` : `(${letter})`;
}

/** What it saw in a few bare words, or that it guesses. */
export function answerBriefly(frames: readonly SeenFrame[]): string {
  return namesSeen(frames) ?? guessMarker;
}

function chooseLetter(question: AskedQuestion, frames: readonly SeenFrame[], draw: string) {
  const option = question.ofWorld === null ? null : decidedOption(question.ofWorld, frames);
  if (option !== null) return { letter: optionLetter(option), isGuess: false };
  const letters = question.options.map(({ letter }) => letter);
  const choices = letters.length > 0 ? letters : ['A', 'B', 'C', 'D'];
  return { letter: drawOne(choices, draw, 'answer'), isGuess: true };
}

/** The reply to any other request, as for a caption: what is seen, and that there is no more to it than that. */
export function describeFrames(frames: readonly SeenFrame[]): string {
  return `[simulated] ${describeSights(frames)} Anything more would be a ${guessMarker}.`;
}

/** Index of the option that more sightings speak for than for any other; null without a winner. */
function decidedOption(question: Question, frames: readonly SeenFrame[]): number | null {
  const votes = question.options.map((option) =>
    frames.reduce((sum, { sight }) => sum + weightFor(question, option, sight.objects), 0),
  );
  const most = Math.max(...votes);
  if (most === 0) return null;
  const winner = votes.indexOf(most);
  return votes.indexOf(most, winner + 1) === -1 ? winner : null;
}

/** How strongly the objects of one frame speak for an option. */
function weightFor(question: Question, option: string, objects: readonly SeenObject[]): number {
  const { kind, subject } = question;
  const relevant = objects.filter((object) => {
    if (kind === 'colour') return object.shape === subject && object.colour === option;
    if (kind === 'shape') return object.colour === subject && object.shape === option;
    const isSubject = (other: SeenObject) =>
      other.shape === subject.shape && other.colour === subject.colour;
    return object.shape === option && !isSubject(object) && objects.some(isSubject);
  });
  return relevant.reduce((sum, { likeness }) => sum + likeness, 0);
}

function describeSights(frames: readonly SeenFrame[]): string {
  const names = frames.flatMap(({ sight }) => sight.objects.map(describeObject));
  const counted = [...new Set(names)].map(
    (name) => `a ${name} in ${names.filter((other) => other === name).length}`,
  );
  const things = counted.length > 0 ? counted.join(', ') : 'no known object';
  return `Of ${frames.length} frames I see ${things}.`;
}

function reply(reasoning: string, answer: string): string {
  return `[simulated] ${reasoning}\n\n\`\`\`json\n${JSON.stringify({ answer })}\n\`\`\``;
}

import type { Sight } from '../vision/picture-reader.ts';
import { objectsOfOption } from '../world/question-grammar.ts';
import { colours, describeObject } from '../world/vocabulary.ts';
import type { AskedQuestion } from './asked-question.ts';
import { drawInteger, drawOne } from './seeded-draws.ts';

/** A frame with what the model saw in it. */
export type SeenFrame = { readonly frameId: number; readonly sight: Sight };

/** Most pictures that are asked for where the prompt names no limit. */
const defaultLimit = 4;

/**
 * The model's reply to a planning request: a few words, then a fenced JSON array with one picture
 * per option, because nobody can know before looking which option is true. Reference frames are
 * frames without an event, if there are any, each used in turn.
 */
export function planPictures(
  question: AskedQuestion,
  frames: readonly SeenFrame[],
  texts: readonly string[],
  draw: string,
): string {
  const quiet = frames.filter(({ sight }) => sight.objects.length === 0);
  const candidates = quiet.length > 0 ? quiet : frames;
  const prompts = promptsFor(question, draw).slice(0, limitIn(texts));
  const first = drawInteger(draw, 'reference');
  const requests = prompts.map((prompt, index) => ({
    reference_image_id: candidates[(first + index) % candidates.length]?.frameId ?? 0,
    prompt,
  }));
  const reasoning =
    `[simulated] I was shown ${frames.length} frames; ${quiet.length} of them show no event. ` +
    `I ask for ${requests.length} pictures, each of what would be seen if one option were true.`;
  return `${reasoning}\n\n\`\`\`json\n${JSON.stringify(requests, null, 2)}\n\`\`\``;
}

function promptsFor(question: AskedQuestion, draw: string): string[] {
  const { ofWorld, options, sentence } = question;
  if (ofWorld !== null) {
    return ofWorld.options.map((_, index) => {
      const guess = drawOne(colours, draw, 'colour', index);
      const objects = objectsOfOption(ofWorld, index, guess).map(withArticle);
      return `The same place, now with ${objects.join(' and ')} in view.`;
    });
  }
  const wanted = sentence.slice(0, 200);
  if (options.length > 0) {
    return options.map(
      ({ text }) => `The same scene at the moment that shows: ${text}. (${wanted})`,
    );
  }
  return [
    `The same scene at the moment that answers: ${wanted}`,
    `The same scene shortly before the moment that answers: ${wanted}`,
  ];
}

function withArticle(object: Parameters<typeof describeObject>[0]): string {
  const name = describeObject(object);
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

function limitIn(texts: readonly string[]): number {
  const limit = /(?:at most|up to|no more than|maximum of)\s+(\d+)/i.exec(texts.join('\n'));
  return limit === null ? defaultLimit : Math.max(1, Number(limit[1]));
}

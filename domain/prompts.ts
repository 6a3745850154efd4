import type { AnswerOption } from './item.ts';
import type { ChatRequest, ImagePart } from './model-call.ts';

/** Part of a run's identity: a changed prompt makes new runs. */
export const promptVersion = '1';

/** A picture as a prompt refers to it. */
type Picture = Pick<ImagePart, 'sha256' | 'mediaType'>;

/**
 * Asks which pictures would help to answer. Shows each frame behind its id; asks for a fenced JSON
 * array of `{reference_image_id, prompt}` and forbids answering.
 */
export function planPrompt(about: {
  readonly question: string;
  /** Those that the question may not list itself. @default none */
  readonly options?: readonly AnswerOption[];
  readonly frames: readonly (Picture & { readonly frameId: number })[];
  readonly maxImageRequests: number;
}): ChatRequest {
  const most = about.maxImageRequests;
  return {
    system: [
      'You prepare a search through a video. You see a few of its frames and a question about it;',
      'the moment that decides the question is probably in none of them.',
      'Do not answer the question. Describe pictures to look for instead: each one edits a frame you',
      'were shown into what the video would show if one possible answer were true. Keep the place,',
      'the people and the camera of that frame, and name what must be visible. Where options are',
      'given, spread the pictures over them.',
      'Reply with one block of this form and nothing after it:',
      '```json',
      '[{"reference_image_id": 120, "prompt": "what the edited picture shows"}]',
      '```',
      `Ask for at least one picture and at most ${most}. reference_image_id is the id of a frame you were shown.`,
    ].join('\n'),
    parts: [
      text(`These are ${about.frames.length} frames of the video, in order.`),
      ...about.frames.flatMap((frame) => [
        text(`This is Frame ID: ${frame.frameId}`),
        image(frame),
      ]),
      text(`Question: ${withOptions(about.question, about.options ?? [])}`),
    ],
    repair: null,
  };
}

/** Shows the reply again and says what was wrong with it: the one repair call of a plan. */
export function repairPrompt(request: ChatRequest, reply: string, complaint: string): ChatRequest {
  return {
    ...request,
    repair: {
      reply,
      complaint: `That reply cannot be used: ${complaint}. Send the corrected JSON block alone.`,
    },
  };
}

/**
 * Asks the question about the chosen frames. With options the answer is a letter, else a short
 * text; either way in a last fenced JSON block.
 */
export function answerPrompt(about: {
  readonly question: string;
  readonly options: readonly AnswerOption[];
  readonly frames: readonly Picture[];
}): ChatRequest {
  const letters = about.options.map((option) => option.letter);
  const wanted =
    letters.length > 0
      ? `{"answer": "${letters[0]}"}, with the letter of the option you choose (${letters.join(', ')})`
      : '{"answer": "a few words"}';
  return {
    system: null,
    parts: [
      text(`These are ${about.frames.length} frames of one video.`),
      ...about.frames.map(image),
      text(`Question: ${withOptions(about.question, about.options)}`),
      text(
        'Look at every frame, reason in a few sentences about what you see, and decide. ' +
          `End with a block that holds only ${wanted}:\n\`\`\`json\n{"answer": "..."}\n\`\`\``,
      ),
    ],
    repair: null,
  };
}

/** Adds the options where the question does not list them itself. */
function withOptions(question: string, options: readonly AnswerOption[]): string {
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

function text(words: string) {
  return { type: 'text', text: words } as const;
}

function image({ sha256, mediaType }: Picture): ImagePart {
  return { type: 'image', sha256, mediaType };
}

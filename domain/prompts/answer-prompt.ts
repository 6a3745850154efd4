import { type Item, taskOf } from '../item.ts';
import type { ChatRequest } from '../calls/model-call.ts';
import {
  image,
  type PromptFrame,
  questionParts,
  seconds,
  text,
  withOptions,
} from './prompt-parts.ts';
import type { PromptSpec } from './prompt-spec.ts';
import type { SuiteRequest } from './suite-prompts.ts';
import { placeVideos } from './video-marks.ts';

/** What is asked, and in whose words. */
type Asked = {
  readonly item: Pick<Item, 'question' | 'options' | 'task'>;
  readonly prompt: PromptSpec;
};

/** What is asked, and what is shown with it. */
export type AskedVideos = Asked & {
  /** The frames of each video, videos in the item's order; all empty = the question alone. */
  readonly videos: readonly (readonly PromptFrame[])[];
};

/**
 * Asks the question about the chosen frames. Without a suite's own words the answer stands in a
 * last fenced JSON block: a letter where there are options, else a short text; a caption is the whole
 * reply.
 */
export function answerPrompt(about: AskedVideos): ChatRequest {
  const { videos, prompt } = about;
  const { lead, words } = askedText(about);
  const isBlind = videos.every((frames) => frames.length === 0);
  const shown = videos.map((frames, video) => shownParts(frames, video, about));
  return {
    system: suiteRequest(about) === null ? null : (prompt.suite?.system ?? null),
    parts: [
      text(introduction(about, isBlind)),
      ...questionParts(lead, words, shown),
      text(closing(about, isBlind)),
    ],
    repair: null,
  };
}

/** Positions of an item's videos in the order in which the prompt shows them. */
export function shownOrder(about: Asked, videoCount: number): number[] {
  const pieces = placeVideos(askedText(about).words, videoCount);
  return pieces.flatMap((piece) => ('video' in piece ? [piece.video] : []));
}

/** Whether the whole reply is the answer. */
export function takesWholeReply(about: Asked): boolean {
  return taskOf(about.item) === 'caption' || suiteRequest(about)?.takesWholeReply === true;
}

function suiteRequest({ item, prompt }: Asked): SuiteRequest | null {
  return prompt.suite?.requests[taskOf(item)] ?? null;
}

/** The question, in which marks may stand for the videos. */
function askedText(about: Asked): { readonly lead: string; readonly words: string } {
  const { item } = about;
  if (taskOf(item) === 'caption')
    return { lead: '', words: suiteRequest(about)?.words ?? item.question };
  return { lead: 'Question: ', words: withOptions(item.question, item.options) };
}

function introduction({ videos, prompt }: AskedVideos, isBlind: boolean): string {
  if (isBlind) {
    const what = videos.length === 1 ? 'the video' : `the ${videos.length} videos`;
    return `No frames of ${what} are given: answer from the text alone.`;
  }
  const counts = videos.map((frames) => frames.length);
  if (counts.length > 1) {
    const list = counts.map((count, video) => `${count} of video ${video + 1}`).join(', ');
    return (
      `These are frames of ${counts.length} videos: ${list}. ` +
      'The line before each frame names its video and, where known, its time in that video.'
    );
  }
  const line = [prompt.frameIds && 'id', prompt.timestamps && 'time'].filter(Boolean).join(' and ');
  const note = line === '' ? '' : ` The line before each frame gives its ${line}.`;
  return `These are ${counts[0]} frames of one video.${note}`;
}

/** One video's frames, each behind its label where it has one. */
function shownParts(
  frames: readonly PromptFrame[],
  video: number,
  { videos, prompt }: AskedVideos,
) {
  const isOneOfSeveral = videos.length > 1;
  return frames.flatMap((frame) => {
    const { frameId, timeSeconds: time } = frame;
    const label = [
      ...(isOneOfSeveral ? [`Video ${video + 1}`] : []),
      ...(prompt.frameIds ? [`Frame ID: ${frameId}`] : []),
      ...((isOneOfSeveral || prompt.timestamps) && time !== null ? [seconds(time)] : []),
    ].join(', ');
    return label === '' ? [image(frame)] : [text(`${label}:`), image(frame)];
  });
}

function closing(about: Asked, isBlind: boolean): string {
  const { item } = about;
  const letters = item.options.map(({ letter }) => letter);
  if (taskOf(item) === 'caption') return 'Reply with the description alone, in plain text.';
  const request = suiteRequest(about);
  if (request !== null)
    return request.words
      .replace('{letters}', letters.join(', '))
      .replace('{first}', letters[0] ?? '');
  const wanted =
    letters.length > 0
      ? `{"answer": "${letters[0]}"}, with the letter of the option you choose (${letters.join(', ')})`
      : '{"answer": "a few words"}';
  const way = isBlind
    ? 'Reason in a few sentences, and decide also where you can only guess. '
    : 'Look at every frame, reason in a few sentences about what you see, and decide. ';
  return `${way}End with a block that holds only ${wanted}:\n\`\`\`json\n{"answer": "..."}\n\`\`\``;
}

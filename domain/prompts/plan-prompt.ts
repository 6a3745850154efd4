import type { AnswerOption } from '../item.ts';
import type { ChatRequest } from '../calls/model-call.ts';
import { image, type PromptFrame, seconds, text, withOptions } from './prompt-parts.ts';
import { nameVideos } from './video-marks.ts';

/** Part of a run's identity: a changed prompt makes new runs. */
export const promptVersion = '1';

/** A frame behind the id by which a plan refers to it. */
export type PlanFrame = {
  readonly id: number;
  readonly frame: PromptFrame;
  /** Position of its video in the item, from 0. */
  readonly video: number;
};

/**
 * Gives frames the ids that a plan knows them by: their own in one video; with several, whose frames
 * have equal numbers, their places from 1.
 */
export function numberFrames(videos: readonly (readonly PromptFrame[])[]): PlanFrame[] {
  const frames = videos.flatMap((shown, video) => shown.map((frame) => ({ frame, video })));
  return frames.map((entry, place) => ({
    ...entry,
    id: videos.length === 1 ? entry.frame.frameId : place + 1,
  }));
}

/**
 * Asks which pictures would help to answer. Shows each frame behind its id; asks for a fenced JSON
 * array of `{reference_image_id, prompt}` and forbids answering.
 */
export function planPrompt(about: {
  readonly question: string;
  /** Those that the question may not list itself. @default none */
  readonly options?: readonly AnswerOption[];
  /** The frames of each video, videos in the item's order. */
  readonly videos: readonly (readonly PromptFrame[])[];
  readonly maxImageRequests: number;
}): ChatRequest {
  const { videos, maxImageRequests: most } = about;
  const frames = numberFrames(videos);
  const count = videos.length;
  const whose = count === 1 ? 'the video, in order' : `${count} videos, each video's in order`;
  const question = withOptions(about.question, about.options ?? []);
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
      text(`These are ${frames.length} frames of ${whose}.`),
      ...frames.flatMap((entry) => [text(announcement(entry, count)), image(entry.frame)]),
      text(`Question: ${nameVideos(question, count)}`),
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

function announcement({ id, frame, video }: PlanFrame, videoCount: number): string {
  const time = frame.timeSeconds === null ? '' : `, ${seconds(frame.timeSeconds)}`;
  const place = videoCount === 1 ? '' : ` (video ${video + 1}${time})`;
  return `This is Frame ID: ${id}${place}`;
}

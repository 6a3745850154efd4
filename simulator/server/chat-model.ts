import { UnreadablePicture } from '../vision/picture-reader.ts';
import type { PictureReader, Sight } from '../vision/picture-reader.ts';
import {
  answerBriefly,
  answerByLetter,
  answerFromFrames,
  answerInWords,
  describeFrames,
} from './answer-from-frames.ts';
import { findQuestion } from './asked-question.ts';
import type { ChatRequest } from './chat-request.ts';
import { judgeAnswers } from './judge-answers.ts';
import { planPictures } from './plan-pictures.ts';
import type { SeenFrame } from './plan-pictures.ts';
import { invalidRequest } from './refused-request.ts';
import { drawInteger } from './seeded-draws.ts';
import type { ModelReply } from './serve-model-call.ts';

/** Tokens of a picture however small; a patch of 28 x 28 pixels is one more. */
const tokensPerPicture = 85;
const patchEdge = 28;
const charactersPerToken = 4;

/** Answers a chat request from the pixels of its frames; a pure function of (request, seed). */
export async function askChatModel(
  request: ChatRequest,
  pictures: PictureReader,
  requestHash: string,
  seed: number,
): Promise<ModelReply> {
  const frames: SeenFrame[] = await Promise.all(
    request.frames.map(async ({ frameId, encoded }) => ({
      frameId,
      sight: await pictures.look(encoded).catch(refuseUnreadable),
    })),
  );
  const promptTokens = frames.reduce(
    (sum, { sight }) => sum + pictureTokens(sight),
    Math.ceil(request.characters / charactersPerToken),
  );
  const draw = `${requestHash}/${seed}`;
  const whole = compose(request, frames, draw);
  const { content, isCut } = limitTokens(whole, request.maxTokens);
  const completionTokens = Math.ceil(content.length / charactersPerToken);
  const body = {
    id: `chatcmpl-${requestHash.slice(0, 24)}`,
    object: 'chat.completion',
    created: pseudoCreationTime(draw),
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content, refusal: null },
        logprobs: null,
        finish_reason: isCut ? 'length' : 'stop',
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
    system_fingerprint: 'simulated',
  };
  return { body, promptTokens, completionTokens, images: 0 };
}

/** Replies are a function of the request, so their time stamp is, too; it lies in 2025. */
export function pseudoCreationTime(draw: string): number {
  return 1_735_689_600 + (drawInteger(draw, 'created') % 31_536_000);
}

/** A request that names the judgement's fields judges; one that names the plan's plans; one that shows the answer's field answers. */
function compose({ texts }: ChatRequest, frames: readonly SeenFrame[], draw: string): string {
  const judgement = judgeAnswers(texts, draw);
  if (judgement !== null) return judgement;
  const prompt = texts.join('\n');
  if (prompt.includes('reference_image_id')) {
    return planPictures(findQuestion(texts), frames, texts, draw);
  }
  if (/["'`]answer["'`]\s*:/.test(prompt)) {
    const question = findQuestion(texts);
    const wantsLetter = question.options.length > 0 || /:\s*["'`][A-J]["'`]/.test(prompt);
    return wantsLetter ? answerFromFrames(question, frames, draw) : answerInWords(frames);
  }
  return composePlain(texts, frames, draw);
}

/** Without a form for the answer: a bare letter or a few words where the last text asks for them. */
function composePlain(
  texts: readonly string[],
  frames: readonly SeenFrame[],
  draw: string,
): string {
  const request = texts.at(-1) ?? '';
  const question = findQuestion(texts);
  if (/\bletter\b/i.test(request) && question.options.length > 0)
    return answerByLetter(question, frames, draw);
  if (/\banswer\b.*\b(?:word|phrase)\b/i.test(request)) return answerBriefly(frames);
  return describeFrames(frames);
}

function pictureTokens({ width, height }: Sight): number {
  return tokensPerPicture + Math.ceil(width / patchEdge) * Math.ceil(height / patchEdge);
}

function limitTokens(content: string, maxTokens: number | null) {
  const limit = maxTokens === null ? Infinity : maxTokens * charactersPerToken;
  return { content: content.slice(0, limit), isCut: content.length > limit };
}

function refuseUnreadable(error: unknown): never {
  if (!(error instanceof UnreadablePicture)) throw error;
  throw invalidRequest('A picture in this request cannot be decoded', 'invalid_image');
}

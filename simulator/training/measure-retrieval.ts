import { drawFrame, encodeFrame } from '../world/draw-frame.ts';
import { imagineFrame } from '../world/imagine.ts';
import { objectsOfOption } from '../world/question-grammar.ts';
import { poseQuestions, type PosedQuestion } from '../world/questions.ts';
import { createRandom, type Random } from '../world/random.ts';
import { actorsInFrame, planVideo, type VideoPlan } from '../world/video.ts';
import { colours } from '../world/vocabulary.ts';
import { modelInput } from './model-input.ts';
import { dotProduct, type EmbedPictures } from './tiny-vision.ts';

/** Frames every arm may look at. */
const frameBudget = 8;

/** The ways to choose frames that are compared. */
export const retrievalArms = ['uniform', 'control', 'imagined', 'trueOption'] as const;

/** One way to choose frames. `control` searches with the unedited reference frame. */
export type RetrievalArm = (typeof retrievalArms)[number];

/** For one question: which arms' frames include one in which the answer can be seen. */
export interface RetrievalResult {
  readonly video: number;
  readonly kind: PosedQuestion['question']['kind'];
  readonly seen: Readonly<Record<RetrievalArm, boolean>>;
}

/**
 * Measures on held-out videos (seeds that begin with `held-out/`, which neither training nor
 * datasets use) how often each arm's eight frames show the asked event. `imagined` follows the
 * product: one imagined picture per option, the best frames of each picture taken in turn.
 */
export async function measureRetrieval(request: {
  readonly embed: EmbedPictures;
  readonly videos: number;
  readonly questionsPerVideo: number;
  readonly seed: string;
}): Promise<RetrievalResult[]> {
  const results: RetrievalResult[] = [];
  for (let number = 0; number < request.videos; number += 1) {
    const video = planVideo(`held-out/${request.seed}/${number}`);
    const frames = await embedVideo(video, request.embed);
    const random = createRandom(`${video.seed}/measure`);
    const golds = Array.from({ length: request.questionsPerVideo }, () => random.integer(0, 4));
    for (const posed of poseQuestions(video, golds)) {
      const chosen = await chooseFrames(video, frames, posed, request.embed, random);
      const isSeen = (arm: RetrievalArm) =>
        chosen[arm].some((frame) => frame >= posed.startFrame && frame < posed.endFrame);
      const seen = {
        uniform: isSeen('uniform'),
        control: isSeen('control'),
        imagined: isSeen('imagined'),
        trueOption: isSeen('trueOption'),
      };
      results.push({ video: number, kind: posed.question.kind, seen });
    }
  }
  return results;
}

/** The share of results in which an arm saw the event. */
export function seenRate(results: readonly RetrievalResult[], arm: RetrievalArm): number {
  return results.filter((result) => result.seen[arm]).length / results.length;
}

async function embedVideo(video: VideoPlan, embed: EmbedPictures): Promise<Float32Array[]> {
  const inputs: Uint8Array[] = [];
  for (let frame = 0; frame < video.frameCount; frame += 1) {
    inputs.push(await modelInput(await encodeFrame(drawFrame(video, frame))));
  }
  return embed(inputs);
}

async function chooseFrames(
  video: VideoPlan,
  frames: readonly Float32Array[],
  posed: PosedQuestion,
  embed: EmbedPictures,
  random: Random,
): Promise<Record<RetrievalArm, number[]>> {
  const uniform = uniformFrames(video.frameCount);
  const empty = uniform.filter((frame) => actorsInFrame(video, frame).length === 0);
  const reference = random.pick(empty);
  const pictures = await Promise.all(
    posed.question.options.map((_, option) =>
      imagineOption(video, reference, posed, option, random),
    ),
  );
  const rankings = (await embed(pictures)).map((query) => rankFrames(frames, query));
  const referenceVector = frames[reference];
  if (referenceVector === undefined) throw new Error(`frame ${reference} was not embedded`);
  return {
    uniform,
    control: rankFrames(frames, referenceVector).slice(0, frameBudget),
    imagined: takeInTurn(rankings, frameBudget),
    trueOption: rankings[posed.gold]?.slice(0, frameBudget) ?? [],
  };
}

async function imagineOption(
  video: VideoPlan,
  reference: number,
  { question }: PosedQuestion,
  option: number,
  random: Random,
): Promise<Uint8Array> {
  const taken = question.kind === 'joins' ? question.subject.colour : null;
  const guess = random.pick(colours.filter((colour) => colour !== taken));
  const objects = objectsOfOption(question, option, guess);
  const { pixels, width, height } = drawFrame(video, reference);
  const seed = `${video.seed}/${JSON.stringify(objects)}`;
  const imagined = imagineFrame(pixels, width, height, objects, seed);
  return modelInput(await encodeFrame({ pixels: imagined, width, height }));
}

function uniformFrames(frameCount: number): number[] {
  return Array.from({ length: frameBudget }, (_, index) =>
    Math.floor((index * frameCount) / frameBudget),
  );
}

function rankFrames(frames: readonly Float32Array[], query: Float32Array): number[] {
  const scores = frames.map((frame) => dotProduct(frame, query));
  return scores.map((_, frame) => frame).toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
}

/** The best frame of every ranking, then the second best, until `count` different ones are found. */
function takeInTurn(rankings: readonly (readonly number[])[], count: number): number[] {
  const taken = new Set<number>();
  const longest = Math.max(...rankings.map((ranking) => ranking.length));
  for (let rank = 0; rank < longest; rank += 1) {
    for (const ranking of rankings) {
      const frame = ranking[rank];
      if (frame !== undefined && taken.size < count) taken.add(frame);
    }
  }
  return [...taken];
}

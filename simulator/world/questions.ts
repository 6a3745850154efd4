import type { Question } from './question-grammar.ts';
import { createRandom, type Random } from './random.ts';
import type { VideoEvent, VideoPlan } from './video.ts';
import type { SceneObject } from './vocabulary.ts';

/** Options of every question. */
export const optionsPerQuestion = 4;

/** A question about a video, with what only the dataset's author knows: answer and time. */
export interface PosedQuestion {
  readonly question: Question;
  /** Index of the true option. */
  readonly gold: number;
  /** First frame in which the answer can be seen. */
  readonly startFrame: number;
  /** First frame after it. */
  readonly endFrame: number;
}

/** The most questions one video allows: every event gives at least this many in all. */
export const mostQuestionsPerVideo = 10;

/**
 * Poses `count` different questions about a video, spread over its events before any event is asked
 * about twice. Wrong options are taken from other events of the same video. `golds` gives the place
 * of the true option of each question.
 */
export function poseQuestions(video: VideoPlan, golds: readonly number[]): PosedQuestion[] {
  if (golds.length > mostQuestionsPerVideo) {
    throw new RangeError(`a video allows ${mostQuestionsPerVideo} questions, not ${golds.length}`);
  }
  const random = createRandom(`${video.seed}/questions`);
  const drafts = spreadOverEvents(video, random).slice(0, golds.length);
  return drafts.map((draft, index) => poseDraft(draft, golds[index] ?? 0, random));
}

interface Draft {
  readonly kind: Question['kind'];
  readonly event: VideoEvent;
  readonly others: readonly SceneObject[];
}

/** The kinds in the order they are asked: of a pair first who joins, of a single one or the other. */
function spreadOverEvents(video: VideoPlan, random: Random): Draft[] {
  const perEvent = random.shuffle(video.events).map((event) => {
    const kinds = random.shuffle(['colour', 'shape'] as const);
    const others = video.events
      .filter((other) => other !== event)
      .flatMap((other) => (other.joining ? [other.actor, other.joining] : [other.actor]))
      .map((actor) => actor.object);
    const asked: Draft['kind'][] = event.joining === null ? kinds : ['joins', ...kinds];
    return asked.map((kind): Draft => ({ kind, event, others }));
  });
  const rounds = Math.max(...perEvent.map((drafts) => drafts.length));
  return Array.from({ length: rounds }, (_, round) =>
    perEvent.flatMap((drafts) => drafts.slice(round, round + 1)),
  ).flat();
}

function poseDraft(draft: Draft, gold: number, random: Random): PosedQuestion {
  const { event, kind } = draft;
  const asked = kind === 'joins' ? event.joining : event.actor;
  if (asked === null) throw new Error('only a pair can be asked who joins');
  const wrong = random.shuffle(draft.others).slice(0, optionsPerQuestion - 1);
  const options = [...wrong.slice(0, gold), asked.object, ...wrong.slice(gold)];
  const startFrame = kind === 'joins' ? (event.joinFrame ?? event.startFrame) : event.startFrame;
  const question = wordQuestion(kind, event.actor.object, options);
  return { question, gold, startFrame, endFrame: event.endFrame };
}

function wordQuestion(
  kind: Draft['kind'],
  subject: SceneObject,
  options: readonly SceneObject[],
): Question {
  if (kind === 'colour') {
    return { kind, subject: subject.shape, options: options.map(({ colour }) => colour) };
  }
  const shapes = options.map(({ shape }) => shape);
  if (kind === 'shape') return { kind, subject: subject.colour, options: shapes };
  return { kind, subject, options: shapes };
}

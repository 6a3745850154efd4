import { describe, expect, it } from 'vitest';
import { poseQuestions, type PosedQuestion } from '../../../simulator/world/questions.ts';
import { actorsInFrame, planVideo, type VideoPlan } from '../../../simulator/world/video.ts';
import type { SceneObject } from '../../../simulator/world/vocabulary.ts';

const golds = [0, 1, 2, 3, 0, 1, 2, 3, 0, 1];

const examples: { video: VideoPlan; posed: PosedQuestion }[] = Array.from(
  { length: 40 },
  (_, number) => planVideo(`questions/${number}`),
).flatMap((video) => poseQuestions(video, golds).map((posed) => ({ video, posed })));

/** What a viewer of one frame would answer; null where the frame does not show it. */
function answerFrom(visible: readonly SceneObject[], { question }: PosedQuestion): string | null {
  if (question.kind === 'colour') {
    return visible.find(({ shape }) => shape === question.subject)?.colour ?? null;
  }
  if (question.kind === 'shape') {
    return visible.find(({ colour }) => colour === question.subject)?.shape ?? null;
  }
  const { shape, colour } = question.subject;
  if (!visible.some((object) => object.shape === shape && object.colour === colour)) return null;
  return visible.find((object) => object.shape !== shape)?.shape ?? null;
}

describe('poseQuestions', () => {
  it('gives four different options', () => {
    for (const { posed } of examples) expect(new Set(posed.question.options).size).toBe(4);
  });

  it('can be answered in exactly the frames of its span, with the gold option', () => {
    for (const { video, posed } of examples) {
      for (let frame = 0; frame < video.frameCount; frame += 1) {
        const visible = actorsInFrame(video, frame).map((actor) => actor.object);
        const isInSpan = frame >= posed.startFrame && frame < posed.endFrame;
        const gold = posed.question.options[posed.gold];
        expect(answerFrom(visible, posed)).toBe(isInSpan ? gold : null);
      }
    }
  });

  it('takes every wrong option from another event of the same video', () => {
    for (const { video, posed } of examples) {
      const shown = video.events.flatMap(({ actor, joining }) =>
        joining === null ? [actor.object] : [actor.object, joining.object],
      );
      const words = shown.flatMap(({ shape, colour }): string[] => [shape, colour]);
      for (const option of posed.question.options) expect(words).toContain(option);
    }
  });

  it('never asks the same twice about one video', () => {
    const asked = examples.map(({ video, posed }) =>
      JSON.stringify([video.seed, posed.question.kind, posed.question.subject]),
    );
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('does not let the text favour an option: each word is gold about every fourth time', () => {
    const offered = new Map<string, { gold: number; all: number }>();
    for (const { posed } of examples) {
      posed.question.options.forEach((option, index) => {
        const count = offered.get(option) ?? { gold: 0, all: 0 };
        count.all += 1;
        if (index === posed.gold) count.gold += 1;
        offered.set(option, count);
      });
    }
    for (const { gold, all } of offered.values()) {
      expect(Math.abs(gold / all - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / all));
    }
  });

  it('refuses more questions than a video allows', () => {
    expect(() => poseQuestions(planVideo('many'), [...golds, 0])).toThrow('allows 10 questions');
  });
});

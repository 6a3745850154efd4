import { createRandom, type Random } from './random.ts';
import { planScene, type Scene } from './scene.ts';
import { colours, frameHeight, frameWidth, shapes, type SceneObject } from './vocabulary.ts';

/** Frames of one video. At one frame a second a video lasts two minutes. */
export const framesPerVideo = 120;

/** Events of one video, one in each equal slot of it. */
export const eventsPerVideo = 5;

/** An event's object with its place; `x`, `y` and `radius` are in pixels. */
export interface Actor {
  readonly object: SceneObject;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly rotation: number;
}

/** Something that happens: one object shows for a few frames, and in a pair another joins it. */
export interface VideoEvent {
  readonly actor: Actor;
  /** The second object of a pair; null for an event with one object. */
  readonly joining: Actor | null;
  /** First frame with the object. */
  readonly startFrame: number;
  /** First frame with both objects; null for an event with one object. */
  readonly joinFrame: number | null;
  /** First frame without any of it. */
  readonly endFrame: number;
}

/** A whole video as numbers; every frame follows from it. */
export interface VideoPlan {
  readonly seed: string;
  readonly frameCount: number;
  readonly scene: Scene;
  readonly events: readonly VideoEvent[];
}

/**
 * Plans a video. All shapes and all colours of one video are distinct, so its events are hard
 * negatives for each other. The same seed gives the same video.
 */
export function planVideo(seed: string): VideoPlan {
  const random = createRandom(seed);
  const scene = planScene(random);
  const paints = random.shuffle(colours);
  const objects = random
    .shuffle(shapes)
    .map((shape, index): SceneObject => ({ shape, colour: paints[index] ?? 'red' }));
  const pairs = random.shuffle([true, true, random.next() < 0.5, false, false]);
  const slot = framesPerVideo / eventsPerVideo;
  const events = pairs.map((isPair, index) => {
    const object = takeNext(objects);
    const joining = isPair ? takeNext(objects) : null;
    return planEvent(random, object, joining, index * slot, (index + 1) * slot);
  });
  return { seed, frameCount: framesPerVideo, scene, events };
}

/** The actors that can be seen in one frame; empty outside events. */
export function actorsInFrame(video: VideoPlan, frame: number): readonly Actor[] {
  const event = video.events.find(
    (candidate) => frame >= candidate.startFrame && frame < candidate.endFrame,
  );
  if (event === undefined) return [];
  const joined = event.joinFrame !== null && frame >= event.joinFrame;
  return event.joining !== null && joined ? [event.actor, event.joining] : [event.actor];
}

function planEvent(
  random: Random,
  object: SceneObject,
  joining: SceneObject | null,
  slotStart: number,
  slotEnd: number,
): VideoEvent {
  const length = joining === null ? random.integer(3, 5) : random.integer(5, 7);
  const startFrame = random.integer(slotStart + 1, slotEnd - length);
  const endFrame = startFrame + length;
  if (joining === null) {
    const actor = planActor(random, object, 0, frameWidth);
    return { actor, joining: null, startFrame, joinFrame: null, endFrame };
  }
  const middle = frameWidth / 2 + random.between(-20, 20);
  const firstIsLeft = random.next() < 0.5;
  const left = planActor(random, firstIsLeft ? object : joining, 0, middle);
  const right = planActor(random, firstIsLeft ? joining : object, middle, frameWidth);
  return {
    actor: firstIsLeft ? left : right,
    joining: firstIsLeft ? right : left,
    startFrame,
    joinFrame: startFrame + Math.ceil(length / 3),
    endFrame,
  };
}

function planActor(random: Random, object: SceneObject, from: number, to: number): Actor {
  const radius = random.between(28, 46);
  const edge = radius + 4;
  return {
    object,
    x: random.between(from + edge, to - edge),
    y: random.between(edge, frameHeight - edge),
    radius,
    rotation: random.between(-0.2, 0.2),
  };
}

function takeNext(objects: SceneObject[]): SceneObject {
  const next = objects.shift();
  if (next === undefined) throw new Error('a video needs more objects than there are shapes');
  return next;
}

import { z } from 'zod';

/** A stretch of a video in seconds, closed at both ends. */
export const timeSpanSchema = z.strictObject({ startSeconds: z.number(), endSeconds: z.number() });
export type TimeSpan = z.infer<typeof timeSpanSchema>;

/** One answer option of a multiple-choice question. */
export const optionSchema = z.strictObject({
  letter: z.string().regex(/^[A-Z]$/),
  text: z.string(),
});
export type AnswerOption = z.infer<typeof optionSchema>;

/** What an item asks for: a letter, a short text, or a description of what is seen. */
export const itemTasks = ['multiple-choice', 'open-ended', 'caption'] as const;
export type ItemTask = (typeof itemTasks)[number];

/** One question about one video or several, as every dataset adapter delivers it. */
export const itemSchema = z.strictObject({
  /** Unique in the dataset. */
  itemId: z.string().min(1),
  /** The videos it is about, in order; the first one decides its shard. */
  videoIds: z.array(z.string().min(1)).min(1),
  /** The question as the file has it, options included where the file includes them. */
  question: z.string().min(1),
  /** Empty for an open-ended question. */
  options: z.array(optionSchema),
  /** Set for a caption alone: what else an item asks for shows in its options (`taskOf`). */
  task: z.literal('caption').exactOptional(),
  /** The right letter or text; null when unknown. */
  gold: z.string().nullable(),
  /** When in the first video the answer is seen. */
  goldSpans: z.array(timeSpanSchema),
  categories: z.record(z.string(), z.array(z.string())),
  /** The record of the source file, untouched. */
  source: z.record(z.string(), z.unknown()),
});
export type Item = z.infer<typeof itemSchema>;

/** What an item asks for. */
export function taskOf({ task, options }: Pick<Item, 'task' | 'options'>): ItemTask {
  return task ?? (options.length > 0 ? 'multiple-choice' : 'open-ended');
}

/** One frame of a video. `frameId` is the number in its file name; `timeSeconds` null when unknown. */
export type Frame = {
  readonly videoId: string;
  readonly frameId: number;
  readonly name: string;
  readonly timeSeconds: number | null;
};

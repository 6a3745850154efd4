import { utf8ToBytes } from '@noble/hashes/utils.js';
import { z } from 'zod';
import { canonicalJson } from '../hashing.ts';
import { timeSpanSchema } from '../item.ts';
import { utf8Text } from '../text/utf8-text.ts';

const mediaFileSchema = z.strictObject({
  /** Its path below the folder of videos, `/` between folders. */
  file: z.string().min(1),
  /** The part that the questions are about; absent = the whole. */
  clip: timeSpanSchema.exactOptional(),
  /** `file` is a folder of frames taken at this rate; absent for a video file. */
  framesPerSecond: z.number().positive().exactOptional(),
});

/** Where a video lies whose file is not simply called by its id. */
export type MediaFile = z.infer<typeof mediaFileSchema>;

/** By video id. A blob that the run's `dataset.media.files` names. */
export type MediaFiles = Readonly<Record<string, MediaFile>>;

/** Equal files give equal bytes. */
export function freezeMediaFiles(files: MediaFiles): Uint8Array {
  return utf8ToBytes(canonicalJson(files));
}

/** @throws {SyntaxError | ZodError | TypeError} when the bytes are not what `freezeMediaFiles` writes */
export function thawMediaFiles(content: Uint8Array): MediaFiles {
  const text = utf8Text(content, { fatal: true });
  return z.record(z.string(), mediaFileSchema).parse(JSON.parse(text));
}

import { z } from 'zod';
import { StepError } from '../../domain/errors/step-error.ts';

const manifestSchema = z.strictObject({
  frames: z
    .array(
      z.strictObject({
        name: z.string().regex(/^frame_\d{6,15}\.jpg$/),
        /** Presentation time in seconds; negative where the file's clock begins below 0. */
        time_s: z.number(),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .refine(areAscending, 'names and times must ascend'),
});

/** The frames cut out of one video, in time order; each is the blob of that sha256. */
export type FrameManifest = Readonly<z.infer<typeof manifestSchema>>;

/** Encodes a manifest; equal frames give equal bytes. */
export function writeManifest(frames: readonly FrameManifest['frames'][number][]): Uint8Array {
  const rows = frames.map(({ name, time_s, sha256 }) => ({ name, time_s, sha256 }));
  const manifest = manifestSchema.parse({ frames: rows });
  return new TextEncoder().encode(JSON.stringify(manifest));
}

/** @throws {StepError} class `storage` when the bytes are no manifest */
export function readManifest(bytes: Uint8Array): FrameManifest {
  try {
    return manifestSchema.parse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
    );
  } catch (error) {
    const message = 'a stored list of frames is damaged; cut the frames of this video again';
    throw new StepError('storage', 'fail', message, { cause: error });
  }
}

function areAscending(frames: readonly { name: string; time_s: number }[]): boolean {
  return frames.every((frame, index) => {
    const before = frames[index - 1];
    return before === undefined || (before.name < frame.name && before.time_s < frame.time_s);
  });
}

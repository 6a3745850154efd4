import { z } from 'zod';
import { readModelJsonIfThere } from './model-json.ts';

/** Written by `videoqa models pull` beside the files that it fetched. */
export const manifestFile = 'videoqa-model.json';

const manifestSchema = z.object({
  /** Repository on the hub, such as "onnx-community/siglip2-base-patch16-224-ONNX". */
  repo: z.string(),
  /** Commit of the repository, 40 hex digits. */
  revision: z.string().regex(/^[0-9a-f]{40}$/),
  /** sha256 of each file, by its path in the repository. */
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
});
export type ModelManifest = z.infer<typeof manifestSchema>;

/**
 * Where the files of a model folder come from; null when nobody wrote it down.
 *
 * @throws {EnvironmentError} when the file is damaged
 */
export function readManifest(path: string): Promise<ModelManifest | null> {
  return readModelJsonIfThere(path, manifestFile, manifestSchema);
}

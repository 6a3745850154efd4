import { utf8ToBytes } from '@noble/hashes/utils.js';
import { fileStem } from './text/file-stem.ts';
import { sha256Hex } from './hashing.ts';

/** In bytes; a character takes up to three. */
const longestModelName = 120;

/**
 * Beginning of the original script's result file names:
 * `<model>_<data file stem>_image_retrieval_<frames>frames`. Every `/` of the model becomes `_` as
 * it did there; so does whatever else cannot stand in a file name, with a few digits of the
 * model's hash behind it, so that two such models never share a file.
 */
export function originalResultPrefix(
  model: string,
  dataFile: string,
  initialFrames: number,
): string {
  return `${modelForFileName(model)}_${fileStem(dataFile)}_image_retrieval_${initialFrames}frames`;
}

function modelForFileName(model: string): string {
  const asOriginal = model.replaceAll('/', '_');
  const safe = asOriginal.replace(/[^\p{L}\p{N}._@+=,() -]/gu, '_').replace(/^[. -]+/, '_');
  if (safe === asOriginal && utf8ToBytes(safe).length <= longestModelName) return safe;
  return `${safe.slice(0, longestModelName / 3)}-${sha256Hex(model).slice(0, 8)}`;
}

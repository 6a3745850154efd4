import { join } from 'node:path';
import { EnvironmentError } from '../../../domain/errors/usage-error.ts';

/** A file of a model folder is not there: which, and where it comes from. */
export function missingModelFile(path: string, file: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError(
    `the embedding model folder ${path} has no readable ${file}. It needs the files of an ONNX ` +
      'export on Hugging Face, with its two towers apart (onnx/vision_model.onnx and ' +
      'onnx/text_model.onnx): fetch them with `videoqa models pull <repo>`, copy them there, or ' +
      'set models.embedding.path to a folder that has them',
    { cause },
  );
}

/** A file of a model folder is there but cannot be used: why, and what to do. */
export function unusableModelFile(
  path: string,
  file: string,
  problem: string,
  cause?: unknown,
): EnvironmentError {
  return new EnvironmentError(
    `${join(path, file)} cannot be used: ${problem}. Copy the file again from the model's ` +
      'export, or choose another model',
    { cause },
  );
}

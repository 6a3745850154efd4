import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { EmbeddingDtype } from '../../../domain/run-spec.ts';
import { readModelConfig, tokenizerConfigFile } from './model-config.ts';
import { requireTower } from './model-files.ts';
import { missingModelFile } from './model-folder-errors.ts';
import { readRecipe } from './model-recipe.ts';
import { tokenizerFile } from '../text/tokenizer.ts';

/**
 * Looks whether a model folder has what a run needs, without reading weights.
 *
 * @param needs.texts  whether texts are embedded, too
 * @throws {EnvironmentError} naming the file that is missing or unusable and what to do
 */
export async function checkModelFiles(
  path: string,
  needs: { readonly dtype: EmbeddingDtype; readonly texts: boolean },
): Promise<void> {
  const config = await readModelConfig(path);
  await readRecipe(path, config);
  await requireTower(path, 'vision', needs.dtype);
  if (!needs.texts) return;
  await requireTower(path, 'text', needs.dtype);
  for (const file of [tokenizerFile, tokenizerConfigFile]) {
    await access(join(path, file)).catch((error: unknown) => {
      throw missingModelFile(path, file, error);
    });
  }
}

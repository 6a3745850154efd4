import { createHash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDataset } from '../adapters/datasets/load-dataset.ts';
import { type EmbeddingsReport, preflightDataset } from '../adapters/datasets/preflight.ts';
import { describeProblem } from '../adapters/datasets/problem.ts';
import { openFrameFolders } from '../adapters/frames/frame-folder.ts';
import { readTorchEmbeddings } from '../adapters/index-files/torch-embeddings.ts';
import type { Config } from '../domain/config.ts';
import { freezeItems } from '../domain/frozen-items.ts';
import type { Item } from '../domain/item.ts';
import { promptVersion } from '../domain/prompts.ts';
import { resolveConfig, type UnfrozenRun } from '../domain/resolve-config.ts';
import { runIdentity } from '../domain/run-identity.ts';
import { keysNeeded } from '../domain/run-queues.ts';
import { plansPictures, type RunSpec } from '../domain/run-spec.ts';
import { UsageError } from '../domain/usage-error.ts';

/** A run that passed every check that costs nothing: ready to be registered and started. */
export type PreparedRun = {
  readonly spec: RunSpec;
  readonly identity: string;
  readonly items: readonly Item[];
  readonly frozen: Uint8Array;
  /** Environment variables with the keys that the run's calls need. */
  readonly keys: readonly string[];
  readonly warnings: readonly string[];
};

/**
 * Loads and checks what a configuration names: data set, frames, embeddings, model folder, keys.
 * Nothing is paid and nothing is written.
 *
 * @throws {UsageError} listing every problem
 */
export async function prepareRun(
  config: Config,
  surroundings: { readonly simulatedBaseUrl: string | null; readonly overwrite: boolean },
): Promise<PreparedRun> {
  const unfrozen = resolveConfig(config, { ...surroundings, promptVersion });
  const loaded = await loadDataset(unfrozen.dataset);
  const { problems, warnings } = await preflightDataset({
    loaded,
    dataset: unfrozen.dataset,
    frames: openFrameFolders({
      root: unfrozen.dataset.frames,
      frameTime: unfrozen.dataset.frameTime,
    }),
    checkEmbeddings: plansPictures(unfrozen.strategy) ? embeddingsReader(unfrozen) : null,
  });
  const frozen = freezeItems(loaded.items);
  const hash = createHash('sha256').update(frozen).digest('hex');
  const { identity, runId } = runIdentity(unfrozen, hash);
  const spec: RunSpec = { ...unfrozen, runId, dataset: { ...unfrozen.dataset, hash } };
  const lines = [
    ...problems.map(describeProblem),
    ...(await modelProblems(unfrozen)),
    ...missingKeys(spec, process.env),
  ];
  if (lines.length > 0) {
    const count = lines.length === 1 ? 'one problem' : `${lines.length} problems`;
    throw new UsageError(
      `${count}, nothing was started and nothing was paid:\n${lines.join('\n')}`,
    );
  }
  return { spec, identity, items: loaded.items, frozen, keys: keysNeeded(spec), warnings };
}

/** The file of a video's imported embeddings. */
export function embeddingsFile(folder: string, videoId: string): string {
  return join(folder, `${videoId}.pt`);
}

function embeddingsReader({
  dataset,
}: UnfrozenRun): (videoId: string) => Promise<EmbeddingsReport> {
  return async (videoId) => {
    const { filenames } = await readTorchEmbeddings(
      embeddingsFile(dataset.embeddings ?? '', videoId),
    );
    return { names: filenames, complaints: [] };
  };
}

async function modelProblems({ strategy, models }: UnfrozenRun): Promise<string[]> {
  if (!plansPictures(strategy)) return [];
  const problems: string[] = [];
  if (strategy.name === 'imagined-keyframes' && models.image === null) {
    problems.push(
      'models.image is missing. The strategy imagined-keyframes draws pictures: name an image model.',
    );
  }
  if (models.embedding === null) {
    return [
      ...problems,
      'models.embedding is missing. The strategy retrieves frames: name a model and its folder.',
    ];
  }
  for (const file of ['config.json', 'preprocessor_config.json', 'onnx/vision_model.onnx']) {
    const path = join(models.embedding.path, file);
    await access(path).catch(() =>
      problems.push(
        `${path}: is not there. models.embedding.path must hold a model in the Hugging Face ONNX layout.`,
      ),
    );
  }
  return problems;
}

function missingKeys(spec: RunSpec, environment: NodeJS.ProcessEnv): string[] {
  return keysNeeded(spec)
    .filter((variable) => !environment[variable])
    .map((variable) => `${variable} is not set. Export the key of its account under that name.`);
}

import { createHash } from 'node:crypto';
import { readCalibrationFile } from '../adapters/config-files/calibration-file.ts';
import { readExtractTimes } from '../adapters/config-files/extract-times.ts';
import { loadDataset } from '../adapters/datasets/load-dataset.ts';
import { type EmbeddingsReport, preflightDataset } from '../adapters/datasets/preflight.ts';
import { problemLines } from '../adapters/datasets/problem-counts.ts';
import { checkModelFiles } from '../adapters/embedding/model-folder/check-model-files.ts';
import { readVideoEmbeddings } from '../adapters/index-files/video-embeddings.ts';
import type { Config } from '../domain/config/config.ts';
import { freezeItems } from '../domain/frozen-items.ts';
import type { Item } from '../domain/item.ts';
import { unfitContracts } from '../domain/judging/due-judgements.ts';
import { freezeMediaFiles } from '../domain/frames/media-files.ts';
import { promptVersion } from '../domain/prompts/plan-prompt.ts';
import { resolveConfig, type UnfrozenRun } from '../domain/config/resolve-config.ts';
import { runIdentity } from '../domain/run-identity.ts';
import { missingPrices } from '../domain/money/budget.ts';
import { withPrices } from '../domain/money/price-table.ts';
import { keysNeeded } from '../domain/run-queues.ts';
import type { MediaSpec, RunSpec } from '../domain/run-spec.ts';
import { isBlind, searchesFrames } from '../domain/strategy-spec.ts';
import { EnvironmentError, UsageError } from '../domain/errors/usage-error.ts';
import { checkedVideos } from '../workers/cache-folder.ts';

/** A run that passed every check that costs nothing: ready to be registered and started. */
export type PreparedRun = {
  readonly spec: RunSpec;
  readonly identity: string;
  readonly items: readonly Item[];
  readonly frozen: Uint8Array;
  /** Where its videos lie; null where every file is called by its video's id. */
  readonly frozenFiles: Uint8Array | null;
  /** The answers with known judgements; null without any. */
  readonly calibration: Uint8Array | null;
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
  const { times } = config.dataset.extract ?? {};
  const showsNothing = isBlind(config.strategy);
  const extractTimes = times === undefined || showsNothing ? null : await readExtractTimes(times);
  const calibration = await readCalibrationFile(config.judge?.calibration);
  const resolved = resolveConfig(config, { ...surroundings, promptVersion, extractTimes });
  const unfrozen = withPrices(resolved, new Date().toISOString().slice(0, 10));
  const loaded = await loadDataset(unfrozen.dataset);
  const { items, problems, warnings, files } = await preflightDataset({
    loaded,
    dataset: unfrozen.dataset,
    checkedVideos: checkedVideos(process.env),
    readEmbeddings: searchesFrames(unfrozen.strategy) ? reportEmbeddings : null,
  });
  const frozen = freezeItems(items);
  const hash = sha256(frozen);
  const { identity, runId } = runIdentity(unfrozen, hash);
  const frozenFiles = files === null ? null : freezeMediaFiles(files);
  const missingMedia = loaded.items.length - items.length;
  const coverage = { ...loaded.coverage, missingMedia };
  const media = withFiles(unfrozen.dataset.media, frozenFiles);
  const spec: RunSpec = {
    ...unfrozen,
    runId,
    dataset: { ...unfrozen.dataset, media, hash, coverage },
    ...withCalibration(unfrozen, calibration),
  };
  const others = [
    ...(await modelProblems(unfrozen)),
    // Without an item nothing is to be said of what the judge would do with them.
    ...(spec.judging === undefined || items.length === 0
      ? []
      : unfitContracts(spec.judging, items)),
    ...missingPrices(spec),
    ...missingKeys(spec, process.env),
  ];
  const count = problems.length + others.length;
  if (count > 0) throw refusal(count, [...problemLines(problems), ...others]);
  const keys = keysNeeded(spec);
  return { spec, identity, items, frozen, frozenFiles, calibration, keys, warnings };
}

function refusal(count: number, lines: readonly string[]): UsageError {
  const title = count === 1 ? 'one problem' : `${count} problems`;
  return new UsageError(`${title}, nothing was started and nothing was paid:\n${lines.join('\n')}`);
}

const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

function withFiles(media: MediaSpec['media'], files: Uint8Array | null): MediaSpec['media'] {
  return media.kind === 'videos' && files !== null ? { ...media, files: sha256(files) } : media;
}

function withCalibration(
  { judging }: UnfrozenRun,
  calibration: Uint8Array | null,
): Pick<RunSpec, 'judging'> {
  if (judging === undefined || calibration === null) return {};
  return { judging: { ...judging, calibrationArtifact: sha256(calibration) } };
}

async function reportEmbeddings(file: string): Promise<EmbeddingsReport> {
  const { names } = await readVideoEmbeddings(file);
  return { names, complaints: [] };
}

async function modelProblems({ strategy, models }: UnfrozenRun): Promise<string[]> {
  if (!searchesFrames(strategy)) return [];
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
  const { path, dtype } = models.embedding;
  try {
    await checkModelFiles(path, { dtype, texts: strategy.name === 'text-top-k' });
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    problems.push(error.message);
  }
  return problems;
}

function missingKeys(spec: RunSpec, environment: NodeJS.ProcessEnv): string[] {
  return keysNeeded(spec)
    .filter((variable) => !environment[variable])
    .map((variable) => `${variable} is not set. Export the key of its account under that name.`);
}

import { readConfig } from '../../adapters/config-files/read-config.ts';
import { findVideoTools } from '../../adapters/video/video-tools.ts';
import { promptVersion } from '../../domain/prompts/plan-prompt.ts';
import { resolveConfig, type UnfrozenRun } from '../../domain/config/resolve-config.ts';
import { keysNeeded } from '../../domain/run-queues.ts';
import type { EmbeddingSpec } from '../../domain/run-spec.ts';
import { searchesFrames } from '../../domain/strategy-spec.ts';
import { broken, type Finding, finding, passed } from './check.ts';

/** What a configuration needs of this machine. */
export type ConfigNeeds = {
  readonly findings: readonly Finding[];
  /** What the file says; null when it is wrong. */
  readonly unfrozen: UnfrozenRun | null;
  /** Null when the strategy embeds nothing, or the configuration is wrong. */
  readonly embedding: EmbeddingSpec | null;
};

const ffmpegFix = 'apt-get install ffmpeg (Debian, Ubuntu) or brew install ffmpeg (macOS)';

/** The file itself, and the keys that its models name. Keys are looked for, never shown or sent. */
export async function checkConfigFile(
  file: string,
  environment: NodeJS.ProcessEnv,
): Promise<ConfigNeeds> {
  let said: UnfrozenRun | null = null;
  let embedding: EmbeddingSpec | null = null;
  let keys: readonly string[] = [];
  let cutsVideos = false;
  const read = await finding('configuration', `mend ${file}`, async () => {
    const surroundings = {
      promptVersion,
      simulatedBaseUrl: 'http://127.0.0.1',
      overwrite: false,
      extractTimes: null,
    };
    const unfrozen = resolveConfig(await readConfig(file), surroundings);
    said = unfrozen;
    const { dataset, strategy, models } = unfrozen;
    keys = keysNeeded({ ...unfrozen, runId: '', dataset: { ...dataset, hash: '' } });
    embedding = searchesFrames(strategy) ? models.embedding : null;
    cutsVideos = dataset.media.kind === 'videos';
    return `${file}: ${strategy.name} with ${models.answer.model}`;
  });
  const set = keys.map((variable) =>
    environment[variable]
      ? passed('key', `${variable} is set`)
      : broken('key', `${variable} is not set`, `export ${variable}=<key>`),
  );
  const ffmpeg = cutsVideos
    ? [await finding('ffmpeg', ffmpegFix, async () => `ffmpeg ${(await findVideoTools()).version}`)]
    : [];
  return { findings: [read, ...set, ...ffmpeg], unfrozen: said, embedding };
}

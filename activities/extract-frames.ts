import { Context } from '@temporalio/activity';
import { crashPoint } from '../domain/crash-points.ts';
import { cutFrameName } from '../domain/frames/cut-frame-name.ts';
import { canonicalJson, sha256Hex } from '../domain/hashing.ts';
import type { TimeSpan } from '../domain/item.ts';
import type { ExtractSpec, MediaSpec } from '../domain/run-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { CutKey, MediaStore } from '../domain/stores/media-store.ts';
import { endingSomeTime } from './ending-some-time.ts';
import type { Quarantine } from './quarantine.ts';
import type { SourceReader } from './run-reader.ts';

/** One frame cut out of a video. */
export type CutFrame = { readonly timeSeconds: number; readonly bytes: Uint8Array };

/** A frame as a manifest lists it: its blob, and when it is on screen. */
export type ManifestFrame = {
  readonly name: string;
  readonly time_s: number;
  readonly sha256: string;
};

/** What is cut from one video: `ExtractSpec` with the times of this video alone. */
export type CutRule =
  | { readonly perSecond: number }
  | { readonly count: number }
  | { readonly times: readonly number[] };

/** A folder of videos, and where in it they lie. */
export type VideoFolder = Extract<MediaSpec['media'], { kind: 'videos' }>;

/** A video, as a file or a folder of pictures. */
export type VideoFile = {
  /** The part of it that is wanted; absent = the whole. */
  readonly clip?: TimeSpan;
  /** Of a folder of pictures, whose content does not say when each is shown. */
  readonly framesPerSecond?: number;
  /** sha256 of its content, 64 hex digits. */
  readonly hash: (signal: AbortSignal) => Promise<string>;
  /** Frames in time order, cut in one pass. */
  readonly cut: (extract: CutRule, signal: AbortSignal) => AsyncIterable<CutFrame>;
};

export type ExtractDependencies = {
  readonly sources: SourceReader;
  readonly media: MediaStore;
  readonly blobs: BlobStore;
  readonly guarded: Quarantine;
  /** Finds the file of a video. @throws {StepError} class `frames_missing` when there is none */
  readonly openVideo: (media: VideoFolder, videoId: string) => Promise<VideoFile>;
  /** Changes when the same video and rule give other bytes; part of each cut's name. */
  readonly cutterVersion: string;
  readonly writeManifest: (frames: readonly ManifestFrame[]) => Uint8Array;
};

/** Frames written to the blob store at the same time. */
const writesAtOnce = 8;

export function createExtractActivities(dependencies: ExtractDependencies) {
  return {
    /**
     * Cuts the frames of a video once, whoever asks: the same file cut by the same rule is taken
     * from the store. Frames become blobs, listed in a manifest that the run keeps for its life.
     */
    extractFrames: (request: {
      readonly runId: string;
      readonly videoId: string;
    }): Promise<{ frames: number | null }> =>
      endingSomeTime(() => extractOnce(dependencies, request.runId, request.videoId)),
  };
}
export type ExtractActivities = ReturnType<typeof createExtractActivities>;

async function extractOnce(
  dependencies: ExtractDependencies,
  runId: string,
  videoId: string,
): Promise<{ frames: number | null }> {
  const { sources, media, blobs } = dependencies;
  const owned = await media.findOwned(runId, videoId, 'frames');
  if (owned !== null && (await blobs.has(owned))) return { frames: null };
  const { dataset } = await sources.source(runId);
  if (dataset.media.kind !== 'videos') return { frames: null };
  const signal = Context.current().cancellationSignal;
  const rule = ruleOf(dataset.media.extract, videoId);
  const file = await dependencies.openVideo(dataset.media, videoId);
  const key: CutKey = {
    videoSha256: await file.hash(signal),
    extractKey: sha256Hex(canonicalJson([dependencies.cutterVersion, wishOf(rule, file)])),
  };
  const known = await media.findCut(key);
  if (known !== null && (await blobs.has(known))) {
    await media.keepFrames(runId, videoId, known);
    return { frames: null };
  }
  const work = { ownerId: runId, kind: 'frames', subject: videoId } as const;
  const frames = await dependencies.guarded(work, `video ${videoId}`, () => {
    crashPoint('cut-begun', videoId);
    return cut(dependencies, { file, rule, videoId, signal });
  });
  crashPoint('frames-cut', videoId);
  const artifact = await blobs.put(dependencies.writeManifest(frames));
  crashPoint('manifest-stored', videoId);
  const manifest = await media.putCut(key, artifact);
  crashPoint('cut-noted', videoId);
  await media.keepFrames(runId, videoId, manifest);
  return { frames: frames.length };
}

/** All that a cut depends on beside the content; a whole video's is its rule alone. */
function wishOf(rule: CutRule, { clip, framesPerSecond }: VideoFile): object {
  return {
    ...rule,
    ...(clip !== undefined && { clip, clipStart: 'first-frame' }),
    ...(framesPerSecond !== undefined && { framesPerSecond }),
  };
}

function ruleOf(extract: ExtractSpec, videoId: string): CutRule {
  if (!('times' in extract)) return extract;
  const times = Object.hasOwn(extract.times, videoId) ? extract.times[videoId] : undefined;
  if (times !== undefined && times.length > 0) return { times };
  throw new StepError('frames_missing', 'fail', `the file of times names no frame of ${videoId}`);
}

/** Stores frames while the next ones are decoded; at most a few are in memory. */
async function cut(
  { blobs }: ExtractDependencies,
  about: {
    readonly file: VideoFile;
    readonly rule: CutRule;
    readonly videoId: string;
    readonly signal: AbortSignal;
  },
): Promise<ManifestFrame[]> {
  const { file, rule, videoId, signal } = about;
  const frames: Promise<ManifestFrame>[] = [];
  for await (const { timeSeconds, bytes } of file.cut(rule, signal)) {
    const name = cutFrameName(frames.length);
    const stored = blobs.put(bytes).then((sha256) => ({ name, time_s: timeSeconds, sha256 }));
    stored.catch(() => undefined);
    frames.push(stored);
    await frames.at(-writesAtOnce);
    crashPoint('frame-cut', videoId);
    Context.current().heartbeat(frames.length);
  }
  if (frames.length > 0) return Promise.all(frames);
  throw new StepError('bad_media', 'fail', `no frame could be cut out of the video ${videoId}`);
}

import { createHash } from 'node:crypto';
import { openFrameFolders } from '../adapters/frames/frame-folder.ts';
import { pictureInfo, plainJpeg, resizeFrame } from '../adapters/frames/picture.ts';
import { readManifest } from '../adapters/video/frame-manifest.ts';
import type { FramePicture, FrameReader } from '../activities/run-reader.ts';
import type { Frame } from '../domain/item.ts';
import type { FrameSource } from '../domain/run-spec.ts';
import { StepError } from '../domain/errors/step-error.ts';
import type { Stores } from './open-stores.ts';

/** Listings of videos kept in memory at once. */
const listingsKept = 256;

/** The frames of one video, and how to read one of them. */
type Listing = {
  readonly frames: readonly Frame[];
  readonly read: (name: string) => Promise<Uint8Array>;
};

/** Reads the frames of any run's videos: from the folder its dataset names, or those we have cut. */
export function createFrameReader(stores: Pick<Stores, 'media' | 'blobs'>): FrameReader {
  const listings = new Map<string, Promise<Listing>>();

  const listingOf = (source: FrameSource, videoId: string): Promise<Listing> => {
    const { media } = source.dataset;
    const name = JSON.stringify([media.kind === 'videos' ? source.runId : media, videoId]);
    const known =
      listings.get(name) ??
      (media.kind === 'videos'
        ? listCutFrames(stores, source.runId, videoId)
        : listFolder(media, videoId));
    listings.delete(name);
    listings.set(name, known);
    known.catch(() => listings.delete(name));
    const [oldest] = listings.keys();
    if (listings.size > listingsKept && oldest !== undefined) listings.delete(oldest);
    return known;
  };
  const read: FrameReader['read'] = async (source, frame) =>
    (await listingOf(source, frame.videoId)).read(frame.name);

  return {
    read,
    list: async (source, videoId) => (await listingOf(source, videoId)).frames,
    async picture(spec, frame) {
      const stored = await read(spec, frame);
      const { frameMaxEdge } = spec.strategy;
      return asPicture(frameMaxEdge === null ? stored : await resizeFrame(stored, frameMaxEdge));
    },
  };
}

/** A picture that a provider has refused, in the plainest form there is. */
export async function reencodePicture(bytes: Uint8Array): Promise<FramePicture> {
  return asPicture(await plainJpeg(bytes));
}

async function asPicture(bytes: Uint8Array): Promise<FramePicture> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, bytes, ...(await pictureInfo(bytes)) };
}

type WithoutCuts = Exclude<FrameSource['dataset']['media'], { kind: 'videos' }>;

async function listFolder(media: WithoutCuts, videoId: string): Promise<Listing> {
  if (media.kind === 'none')
    throw new StepError('frames_missing', 'fail', `the run has no frames of video ${videoId}`);
  const { folder, frameTime } = media;
  const folders = openFrameFolders({ root: folder, frameTime });
  const { frames } = await folders.list(videoId);
  return { frames, read: (name) => folders.read(videoId, name) };
}

async function listCutFrames(
  { media, blobs }: Pick<Stores, 'media' | 'blobs'>,
  ownerId: string,
  videoId: string,
): Promise<Listing> {
  const manifest = await media.findOwned(ownerId, videoId, 'frames');
  if (manifest === null) {
    throw new StepError('frames_missing', 'fail', `the frames of video ${videoId} are not cut yet`);
  }
  const listed = readManifest(await blobs.get(manifest)).frames;
  const blobOf = new Map(listed.map(({ name, sha256 }) => [name, sha256]));
  return {
    frames: listed.map(({ name, time_s: timeSeconds }, frameId) => ({
      videoId,
      frameId,
      name,
      timeSeconds,
    })),
    async read(name) {
      const blob = blobOf.get(name);
      if (blob !== undefined) return blobs.get(blob);
      throw new StepError('frames_missing', 'fail', `video ${videoId} has no frame ${name}`);
    },
  };
}

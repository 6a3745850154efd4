import { createHash } from 'node:crypto';
import { type FrameFolders, openFrameFolders } from '../adapters/frames/frame-folder.ts';
import { pictureInfo, resizeFrame } from '../adapters/frames/picture.ts';
import type { FrameReader } from '../activities/run-reader.ts';
import type { Frame } from '../domain/item.ts';
import type { RunSpec } from '../domain/run-spec.ts';

/** Listings of videos kept in memory at once. */
const listingsKept = 256;

/** Reads the frames of any run's videos from the folders that its dataset names. */
export function createFrameReader(): FrameReader {
  const folders = new Map<string, FrameFolders>();
  const listings = new Map<string, Promise<readonly Frame[]>>();

  const foldersOf = ({ dataset }: RunSpec): { key: string; folders: FrameFolders } => {
    const key = JSON.stringify([dataset.frames, dataset.frameTime]);
    const open =
      folders.get(key) ?? openFrameFolders({ root: dataset.frames, frameTime: dataset.frameTime });
    folders.set(key, open);
    return { key, folders: open };
  };
  const read: FrameReader['read'] = async (spec, frame) =>
    foldersOf(spec).folders.read(frame.videoId, frame.name);

  return {
    read,
    list(spec, videoId) {
      const { key, folders: open } = foldersOf(spec);
      const name = `${key}/${videoId}`;
      const known = listings.get(name) ?? open.list(videoId).then((listing) => listing.frames);
      listings.delete(name);
      listings.set(name, known);
      known.catch(() => listings.delete(name));
      const [oldest] = listings.keys();
      if (listings.size > listingsKept && oldest !== undefined) listings.delete(oldest);
      return known;
    },
    async picture(spec, frame) {
      const stored = await read(spec, frame);
      const { frameMaxEdge } = spec.strategy;
      const bytes = frameMaxEdge === null ? stored : await resizeFrame(stored, frameMaxEdge);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { sha256, bytes, ...(await pictureInfo(bytes)) };
    },
  };
}

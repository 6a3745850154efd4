import type { Frame, Item } from '../domain/item.ts';
import type { FrameSource, RunSpec } from '../domain/run-spec.ts';

/** What every step needs to know about its run; the composition root provides it, cached per drive. */
export type RunReader = {
  spec(runId: string): Promise<RunSpec>;
  /** An item of the run's frozen dataset. */
  item(runId: string, itemId: string): Promise<Item>;
};

/** What an activity about frames needs to know about the run, or index job, it works for. */
export type SourceReader = {
  source(ownerId: string): Promise<FrameSource>;
  /** Its videos, in order. */
  videoIds(ownerId: string): Promise<readonly string[]>;
};

/** A frame's picture as it is sent to a model: content hash, type and size in pixels. */
export type FramePicture = {
  readonly sha256: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
};

/** The frames of videos, from a folder or cut by us. */
export type FrameReader = {
  /** All frames of a video in time order. */
  list(source: FrameSource, videoId: string): Promise<readonly Frame[]>;
  /** A frame as stored, for embedding. */
  read(source: FrameSource, frame: Frame): Promise<Uint8Array>;
  /** A frame as it is sent: scaled down to `frameMaxEdge` where that is set. */
  picture(spec: RunSpec, frame: Frame): Promise<FramePicture>;
};

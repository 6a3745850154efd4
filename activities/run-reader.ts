import type { Frame, Item } from '../domain/item.ts';
import type { RunSpec } from '../domain/run-spec.ts';

/** What every step needs to know about its run; the composition root provides it, cached per drive. */
export type RunReader = {
  spec(runId: string): Promise<RunSpec>;
  /** An item of the run's frozen dataset. */
  item(runId: string, itemId: string): Promise<Item>;
};

/** A frame's picture as it is sent to a model: content hash, type and size in pixels. */
export type FramePicture = {
  readonly sha256: string;
  readonly mediaType: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
};

/** The frames of the run's videos. */
export type FrameReader = {
  /** All frames of a video in time order. */
  list(spec: RunSpec, videoId: string): Promise<readonly Frame[]>;
  /** A frame as stored, for embedding. */
  read(spec: RunSpec, frame: Frame): Promise<Uint8Array>;
  /** A frame as it is sent: scaled down to `frameMaxEdge` where that is set. */
  picture(spec: RunSpec, frame: Frame): Promise<FramePicture>;
};

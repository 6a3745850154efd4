/** What was made of a video for a run or an index job. */
export type MediaKind = 'frames' | 'index';

/** Names the frames cut from one video file by one rule. */
export type CutKey = {
  /** sha256 of the video file. */
  readonly videoSha256: string;
  /** sha256 over the rule and the version of the cutter. */
  readonly extractKey: string;
};

/** Which blob holds which frames. */
export type MediaStore = {
  /** The manifest of the frames cut from a file, whoever asked for them. */
  findCut(key: CutKey): Promise<string | null>;
  /** The first writer wins. */
  putCut(key: CutKey, manifest: string): Promise<string>;
  /** What a run, or an index job, works with: its frames never change while it lives. */
  findOwned(ownerId: string, videoId: string, kind: MediaKind): Promise<string | null>;
  /** Videos of a run or index job that have this. */
  countOwned(ownerId: string, kind: MediaKind): Promise<number>;
  /** The first writer wins. */
  keepFrames(ownerId: string, videoId: string, manifest: string): Promise<string>;
  /** The last writer wins: after an upgrade a video may be indexed anew. */
  setIndex(ownerId: string, videoId: string, artifact: string): Promise<void>;
};

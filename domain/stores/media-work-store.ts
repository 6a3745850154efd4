/** Names work on the media of one item or of one part of a video. */
export type MediaWorkKey = {
  /** A run, or an index job. */
  readonly ownerId: string;
  readonly kind: 'embed-retrieve' | 'index' | 'frames';
  /** The item and sample, or the video and its part. */
  readonly subject: string;
};

/** Work on media that is under way, and what is suspected of ending processes. */
export type MediaWorkStore = {
  /** The suspicion on record, and the process that began the work and never ended it, if any. */
  find(key: MediaWorkKey): Promise<{ suspicion: number; openIn: string | null } | null>;
  /** Notes that a process begins, or that it has ended (null) with a suspicion left. */
  note(key: MediaWorkKey, state: { suspicion: number; openIn: string | null }): Promise<void>;
  /** Nothing is suspected any more. */
  clear(key: MediaWorkKey): Promise<void>;
};

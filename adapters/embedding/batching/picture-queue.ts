import { EmbeddingQueueFullError } from '../embedding-errors.ts';
import type { EmbedRequest } from './embed-request.ts';

/** Queries are answered to an item that waits; indexing fills what is left. */
export type Lane = 'query' | 'index';

/** One picture of a request. */
export type QueuedPicture = {
  readonly request: EmbedRequest;
  /** Its place in the request, from 0. */
  readonly position: number;
  readonly bytes: Uint8Array;
  readonly lane: Lane;
  /** By `performance.now`. */
  readonly arrivedMs: number;
};

/** Pictures that wait for a batch, in two lanes, first come, first served within each. */
export type PictureQueue = {
  /**
   * Adds the pictures of a request. A request larger than the queue is taken when nothing waits.
   *
   * @throws {EmbeddingQueueFullError} when the queue has no place for all of them
   */
  add(lane: Lane, request: EmbedRequest, pictures: readonly Uint8Array[]): void;
  /** Takes up to `count` pictures out, those of the query lane first; or those of one lane only. */
  take(count: number, only?: Lane): QueuedPicture[];
  /** Puts pictures that were taken out before all others of their lane, whatever the capacity. */
  putBack(pictures: readonly QueuedPicture[]): void;
  /** Forgets the pictures of one request. */
  drop(request: EmbedRequest): void;
};

const lanesInOrder = ['query', 'index'] as const;

/** @param capacity  pictures that may wait */
export function createPictureQueue(capacity: number): PictureQueue {
  const lanes: Record<Lane, QueuedPicture[]> = { query: [], index: [] };
  return {
    add: (lane, request, pictures) => {
      const waiting = lanes.query.length + lanes.index.length;
      if (waiting > 0 && waiting + pictures.length > capacity) {
        throw new EmbeddingQueueFullError(waiting);
      }
      const arrivedMs = performance.now();
      pictures.forEach((bytes, position) =>
        lanes[lane].push({ request, position, bytes, lane, arrivedMs }),
      );
    },
    take: (count, only) => {
      const taken: QueuedPicture[] = [];
      for (const lane of lanesInOrder) {
        if (only === undefined || lane === only) {
          taken.push(...lanes[lane].splice(0, count - taken.length));
        }
      }
      return taken;
    },
    putBack: (pictures) => {
      for (const lane of lanesInOrder) {
        lanes[lane].unshift(...pictures.filter((picture) => picture.lane === lane));
      }
    },
    drop: (request) => {
      for (const lane of lanesInOrder) {
        lanes[lane] = lanes[lane].filter((picture) => picture.request !== request);
      }
    },
  };
}

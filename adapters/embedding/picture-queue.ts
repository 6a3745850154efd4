import { EmbeddingQueueFullError } from './embedding-errors.ts';
import type { EmbedRequest } from './embed-request.ts';

/** Queries are answered to an item that waits; indexing fills what is left. */
export type Lane = 'query' | 'index';

/** One picture of a request. */
export type QueuedPicture = {
  readonly request: EmbedRequest;
  /** Its place in the request, from 0. */
  readonly position: number;
  readonly bytes: Uint8Array;
};

/** Pictures that wait for a batch, in two lanes, first come, first served within each. */
export type PictureQueue = {
  /**
   * Adds the pictures of a request. A request larger than the queue is taken when nothing waits.
   *
   * @throws {EmbeddingQueueFullError} when the queue has no place for all of them
   */
  add(lane: Lane, request: EmbedRequest, pictures: readonly Uint8Array[]): void;
  /** Takes up to `count` pictures out, those of the query lane first. */
  take(count: number): QueuedPicture[];
  /** Forgets the pictures of one request. */
  drop(request: EmbedRequest): void;
};

/** @param capacity  pictures that may wait */
export function createPictureQueue(capacity: number): PictureQueue {
  const lanes: Record<Lane, QueuedPicture[]> = { query: [], index: [] };
  return {
    add: (lane, request, pictures) => {
      const waiting = lanes.query.length + lanes.index.length;
      if (waiting > 0 && waiting + pictures.length > capacity) {
        throw new EmbeddingQueueFullError(waiting);
      }
      pictures.forEach((bytes, position) => lanes[lane].push({ request, position, bytes }));
    },
    take: (count) => {
      const queries = lanes.query.splice(0, count);
      return [...queries, ...lanes.index.splice(0, count - queries.length)];
    },
    drop: (request) => {
      for (const lane of ['query', 'index'] as const) {
        lanes[lane] = lanes[lane].filter((picture) => picture.request !== request);
      }
    },
  };
}

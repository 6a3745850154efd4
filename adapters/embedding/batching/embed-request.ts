/** One call of `embed` on its way through the batches: pictures may come back in any order. */
export type EmbedRequest = {
  /** Resolves when every picture is in, or rejects with the first failure. */
  readonly result: Promise<{ vectors: Float32Array }>;
  /** Whether the result is decided: its pictures still on the way need no more work. */
  readonly settled: () => boolean;
  /** Puts in the unit-length vector of the picture at `position`. */
  readonly deliver: (position: number, vector: Float32Array) => void;
  readonly fail: (error: unknown) => void;
};

/**
 * Opens a request for a number of pictures, at least one.
 *
 * @param dimension  values per vector
 * @param signal     rejects the request with its reason when it aborts
 * @param onSettled  called once, when the result is decided
 */
export function openRequest(
  pictures: number,
  dimension: number,
  signal: AbortSignal | undefined,
  onSettled: (request: EmbedRequest) => void,
): EmbedRequest {
  const vectors = new Float32Array(pictures * dimension);
  let missing = pictures;
  let settled = false;
  let resolve: (value: { vectors: Float32Array }) => void;
  let reject: (reason: unknown) => void;
  const result = new Promise<{ vectors: Float32Array }>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  const settle = (decide: () => void): void => {
    if (settled) return;
    settled = true;
    signal?.removeEventListener('abort', abort);
    decide();
    onSettled(request);
  };
  const abort = (): void => settle(() => reject(signal?.reason));
  const request: EmbedRequest = {
    result,
    settled: () => settled,
    deliver: (position, vector) => {
      vectors.set(vector, position * dimension);
      missing -= 1;
      if (missing === 0) settle(() => resolve({ vectors }));
    },
    fail: (error) => settle(() => reject(error)),
  };
  signal?.addEventListener('abort', abort);
  return request;
}

import type { Embedder } from '../adapters/embedding/embedder.ts';

/** One line about a model that has proved itself. */
export function describeSelfTest(
  embedder: Pick<Embedder, 'modelId' | 'dtype' | 'selfTest'>,
): string {
  const { modelId, dtype, selfTest } = embedder;
  const { cosine, device, provider, reference } = selfTest;
  const against =
    reference === 'made'
      ? 'the vector of its 32-bit weights on the CPU, made now and kept'
      : 'the vector kept from its first load';
  return (
    `Embedding model ${modelId} (${dtype}) on ${device}: self-test cosine ${cosine.toFixed(6)} to ` +
    `${against}; run by ${provider}`
  );
}

/** One line about what a model has done so far: where its time went. */
export function describeWork({ modelId, metrics }: Pick<Embedder, 'modelId' | 'metrics'>): string {
  const { pictures, elapsedMs, meanBatchSize, queueWaitMs, decodeWaitMs, deviceBusyShare } =
    metrics();
  const wait = queueWaitMs === null ? 'none' : `${queueWaitMs.p95.toFixed(0)} ms`;
  return (
    `${modelId}: ${pictures} pictures in ${(elapsedMs / 1000).toFixed(0)} s, batches of ` +
    `${(meanBatchSize ?? 0).toFixed(1)}, queue wait p95 ${wait}, device busy ` +
    `${(deviceBusyShare * 100).toFixed(0)} %, waited ${(decodeWaitMs / 1000).toFixed(1)} s for decoding`
  );
}

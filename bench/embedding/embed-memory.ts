import type { Embedder } from '../../adapters/embedding/embedder.ts';

/** Resident memory of this process while it embeds, in MiB. */
export type MemoryUse = {
  readonly images: number;
  /** Mean over the first and over the last third. */
  readonly firstThirdMiB: number;
  readonly lastThirdMiB: number;
  readonly peakMiB: number;
};

/** Pictures in one call, as the index job asks for them. */
const chunk = 32;

/** Embeds pictures in chunks and notes the memory after each. */
export async function watchMemory(
  embedder: Embedder,
  pictures: readonly Uint8Array[],
  images: number,
): Promise<MemoryUse> {
  const samples: number[] = [];
  for (let done = 0; done < images; done += chunk) {
    const wanted = Math.min(chunk, images - done);
    const asked = Array.from({ length: wanted }, (_, at) => pictures[at % pictures.length]!);
    // One after another in a large model, so that there are enough samples.
    for (const part of images < 1000 ? asked.map((one) => [one]) : [asked]) {
      await embedder.embed(part, { lane: 'index' });
      samples.push(process.memoryUsage.rss() / 2 ** 20);
    }
  }
  const third = Math.max(1, Math.floor(samples.length / 3));
  return {
    images,
    firstThirdMiB: mean(samples.slice(0, third)),
    lastThirdMiB: mean(samples.slice(-third)),
    peakMiB: Math.max(...samples),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import { availableParallelism } from 'node:os';

/** Where a model can run, as configured. */
export const embeddingDevices = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;

/** `cuda` for NVIDIA, `webgpu` for anything with Vulkan, Metal or D3D12, `coreml` for Apple, `dml` for Windows. */
export type EmbeddingDevice = (typeof embeddingDevices)[number];

/** Threads inside one run on the CPU: more than the cores would only wait for one another. */
export function threadsPerRun(): number {
  return Math.min(2, availableParallelism());
}

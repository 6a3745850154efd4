import type { EmbeddingDevice } from '../../../domain/run-spec.ts';

export type { EmbeddingDevice };

/** The runtime's name for what runs a node of the model on each device. */
const providers: Readonly<Record<EmbeddingDevice, string>> = {
  cpu: 'CPUExecutionProvider',
  cuda: 'CUDAExecutionProvider',
  webgpu: 'WebGpuExecutionProvider',
  coreml: 'CoreMLExecutionProvider',
  dml: 'DmlExecutionProvider',
};

export function providerOf(device: EmbeddingDevice): string {
  return providers[device];
}

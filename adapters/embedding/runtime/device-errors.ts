import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import type { EmbeddingDevice } from './device.ts';

/** How the runtime words that a device, and not the model, is what is missing. */
const missingDevice =
  /shared library|backend not found|execution ?provider|adapter|vulkan|cuda driver|cudnn|no .*device/i;
/** CPU and GPU allocators, CUDA's own error, and JavaScript's refusal of a large buffer. */
const outOfMemory =
  /failed to allocate memory|out of memory|array buffer allocation failed|bad_alloc|not enough memory/i;

const remedies: Readonly<Record<Exclude<EmbeddingDevice, 'cpu'>, string>> = {
  cuda:
    "Fetch the runtime's CUDA libraries with `ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild " +
    'onnxruntime-node` (Linux on x64; needs the network), and install CUDA 12 and cuDNN 9 where ' +
    'the loader finds them (LD_LIBRARY_PATH)',
  webgpu:
    'Install the Vulkan loader (libvulkan.so.1; Debian: `apt install libvulkan1`) and the driver of ' +
    'your graphics card, so that `vulkaninfo --summary` lists it',
  coreml: 'CoreML exists on macOS on Apple silicon only',
  dml: 'DirectML exists on Windows only',
};

/** Whether a message of the runtime says that memory ran out. */
export function saysOutOfMemory(message: string): boolean {
  return outOfMemory.test(message);
}

/**
 * Turns the runtime's refusal into what to do about it, if the device is the reason.
 *
 * @returns undefined when the reason is another, such as a damaged model
 */
export function deviceErrorOf(device: EmbeddingDevice, error: Error): EnvironmentError | undefined {
  if (device === 'cpu') return undefined;
  const reason = sentenceOf(error.message);
  if (saysOutOfMemory(error.message)) {
    return new EnvironmentError(
      `device ${device} has too little free memory for the embedding model: ${reason}. End ` +
        'what else uses it, choose a smaller model, or set models.embedding.device to cpu',
      { cause: error },
    );
  }
  if (!missingDevice.test(error.message)) return undefined;
  return new EnvironmentError(
    `device ${device} cannot be used: ${reason}. ${remedies[device]}; or set ` +
      'models.embedding.device to cpu. There is no fall-back: a worker on the wrong device is refused',
    { cause: error },
  );
}

/** Without the place in the runtime's source that comes before the sentence. */
function sentenceOf(message: string): string {
  return message.slice(Math.max(0, message.lastIndexOf('Failed'))).trim();
}

import { EnvironmentError } from '../../../domain/errors/usage-error.ts';
import { type EmbeddingDevice, providerOf } from './device.ts';

/** Nodes of a model by what ran them, as the runtime's own profile of a run tells. */
export type DeviceUse = {
  /** Nodes per execution provider. */
  readonly nodes: Readonly<Record<string, number>>;
  /** Kinds of nodes that do the arithmetic, per execution provider. */
  readonly computing: Readonly<Record<string, readonly string[]>>;
};

/** Where the arithmetic is; shape bookkeeping belongs on the CPU on every device. */
const computes = /matmul|gemm|conv|attention|softmax|layernorm|gelu|tanh|erf/i;

type ProfileEvent = {
  readonly cat?: string;
  readonly args?: { readonly provider?: string; readonly op_name?: string };
};

/** Reads the profile that the runtime wrote: a JSON list of events. */
export function readDeviceUse(profile: string): DeviceUse {
  const events = JSON.parse(profile) as readonly ProfileEvent[];
  const nodes: Record<string, number> = {};
  const computing: Record<string, string[]> = {};
  for (const { cat, args } of events) {
    const { provider, op_name: operator } = args ?? {};
    if (cat !== 'Node' || provider === undefined || operator === undefined) continue;
    nodes[provider] = (nodes[provider] ?? 0) + 1;
    if (!computes.test(operator)) continue;
    const kinds = (computing[provider] ??= []);
    if (!kinds.includes(operator)) kinds.push(operator);
  }
  return { nodes, computing };
}

/**
 * Refuses a model whose arithmetic ran elsewhere than asked: the runtime moves nodes that a device
 * cannot run to the CPU and says nothing.
 *
 * @throws {EnvironmentError} naming what ran where
 */
export function requireDevice(device: EmbeddingDevice, { nodes, computing }: DeviceUse): void {
  const wanted = providerOf(device);
  const elsewhere = Object.keys(computing).filter((provider) => provider !== wanted);
  if (elsewhere.length === 0 && (nodes[wanted] ?? 0) > 0) return;
  const found = elsewhere.map((provider) => `${provider} ran ${computing[provider]!.join(', ')}`);
  throw new EnvironmentError(
    `the model was to run on ${device}, but ${found.join('; ') || `no node ran on ${wanted}`}. ` +
      'Choose another number format (models.embedding.dtype) that the device can run whole, or set ' +
      'models.embedding.device to cpu',
  );
}

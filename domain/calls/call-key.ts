import { canonicalJson, sha256Hex } from '../hashing.ts';
import type { ImageModelSpec } from '../run-spec.ts';

/** What decides whether two calls are the same call. */
export type CallIdentity = {
  readonly provider: string;
  /** The configured `identity`, else the base URL: a moved server keeps what is paid. */
  readonly endpointIdentity: string;
  readonly model: string;
  /** The request with its media replaced by their hashes, sampling parameters included. */
  readonly request: unknown;
  readonly sample: number;
  readonly redraw: number;
  /** The run id for `cache: run`, else null. */
  readonly cacheScope: string | null;
};

/** Names a paid request: sha256 over its canonical JSON. Equal requests share one paid response. */
export function callKey(identity: CallIdentity): string {
  return sha256Hex(canonicalJson(identity));
}

/** The seed that is sent: another one for each sample and each redraw. Null where none is configured. */
export function seedOf(seed: number | null, sample: number, redraw: number): number | null {
  return seed === null ? null : seed + sample + 1000 * redraw;
}

/** Whether an image model takes a seed: OpenAI's own edits take none, and refuse what they do not know. */
export function takesSeed({ wire, provider }: Pick<ImageModelSpec, 'wire' | 'provider'>): boolean {
  return wire === 'ark' || (provider !== 'openai' && provider !== 'azure');
}

import type { RunSpec } from '../../domain/run-spec.ts';
import { fromJsonColumn } from './json-column.ts';

type FirstDataset = {
  readonly frames: string;
  readonly frameTime: { readonly perSecond: number } | { readonly file: string } | null;
};

/** Reads a run's spec. Those of version 0.1 knew folders of frames and 32-bit weights alone. */
export function specFromColumn(text: string, what: string): RunSpec {
  const spec = fromJsonColumn(text, what) as RunSpec;
  const { embedding } = spec.models;
  const models = {
    ...spec.models,
    embedding: embedding === null ? null : { ...embedding, dtype: embedding.dtype ?? 'fp32' },
  };
  if ('media' in spec.dataset) return { ...spec, models };
  const { frames, frameTime, ...dataset } = spec.dataset as RunSpec['dataset'] & FirstDataset;
  const media = { kind: 'frames', folder: frames, frameTime } as const;
  return { ...spec, models, dataset: { ...dataset, media } };
}

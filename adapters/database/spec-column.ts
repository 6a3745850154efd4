import { priorities } from '../../domain/priority.ts';
import type { RunSpec } from '../../domain/run-spec.ts';
import { fromJsonColumn } from './json-column.ts';

const usualRun = { priority: priorities.usual, budgetUsd: null } as const;
const noLimits = { requestsPerMinute: null, tokensPerMinute: null, budgetUsd: null } as const;

type FirstDataset = {
  readonly frames: string;
  readonly frameTime: { readonly perSecond: number } | { readonly file: string } | null;
};

/**
 * Reads a run's spec. Those of version 0.1 knew folders of frames and 32-bit weights alone, those
 * before 0.3 neither rates nor budgets nor priorities.
 */
export function specFromColumn(text: string, what: string): RunSpec {
  const spec = fromJsonColumn(text, what) as RunSpec;
  const { answer, plan, image, embedding } = spec.models;
  const models = {
    answer: { ...noLimits, ...answer },
    plan: { ...noLimits, ...plan },
    image: image === null ? null : { ...noLimits, ...image },
    embedding: embedding === null ? null : { ...embedding, dtype: embedding.dtype ?? 'fp32' },
  };
  const run = { ...usualRun, ...spec.run };
  if ('media' in spec.dataset) return { ...spec, models, run };
  const { frames, frameTime, ...dataset } = spec.dataset as RunSpec['dataset'] & FirstDataset;
  const media = { kind: 'frames', folder: frames, frameTime } as const;
  return { ...spec, models, run, dataset: { ...dataset, media } };
}

import type { Generated, Selectable } from 'kysely';
import type { JudgeContract, JudgeDimension } from '../../domain/judging/judge-contract.ts';
import type { FailureClass } from '../../domain/outcome.ts';
import type { JudgementRecord, JudgingState } from '../../domain/stores/judgement-store.ts';

/** One pass over the answers of a run that are not judged yet. */
export type JudgingTable = {
  run_id: string;
  judging: number;
  workflow_run_id: string;
  state: JudgingState;
  stop_reason: 'budget' | 'provider' | null;
  stop_detail_json: string | null;
  opened_at: number;
  closed_at: number | null;
};
export type JudgingColumns = Selectable<JudgingTable>;

/** One judgement; how it ended is null while it is pending. */
export type JudgementTable = {
  judgement_id: Generated<number>;
  run_id: string;
  judge: string;
  contract: JudgeContract;
  dimension: JudgeDimension | '';
  kind: JudgementRecord['kind'];
  item_id: string;
  sample: number;
  partner_id: string | null;
  drive: number;
  judging: number;
  state: JudgementRecord['state'];
  verdict: 'yes' | 'no' | null;
  score: number | null;
  artifact: string | null;
  response_model: string | null;
  failure_class: FailureClass | null;
  redraw: Generated<number>;
  /** Of this judging. */
  attempts: Generated<number>;
  failed_tries: Generated<number>;
  /** What it used over all judgings; money is null as soon as one call has no price. */
  calls: Generated<number>;
  cached_calls: Generated<number>;
  prompt_tokens: Generated<number>;
  completion_tokens: Generated<number>;
  paid_usd: Generated<number | null>;
  list_usd: Generated<number | null>;
};
export type JudgementColumns = Selectable<JudgementTable>;

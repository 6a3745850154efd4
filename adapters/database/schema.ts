import type { Generated, Kysely, Selectable, Transaction } from 'kysely';
import type { CallStep, FailureClass, Outcome, Step } from '../../domain/outcome.ts';
import type { FailureAction } from '../../domain/errors/step-error.ts';
import type { Admission } from '../../domain/stores/run-store.ts';
import type { CallRecord } from '../../domain/stores/call-store.ts';
import type { MediaKind } from '../../domain/stores/media-store.ts';
import type { MediaWorkKey } from '../../domain/stores/media-work-store.ts';
import type { StepRecord } from '../../domain/stores/step-store.ts';
import type { RunState } from '../../domain/summary.ts';
import type { AccountChangeTable, AccountLeaseTable, AccountTable } from './account-tables.ts';
import type { JudgementTable, JudgingTable } from './judgement-tables.ts';
import type {
  ItemHoldTable,
  RunCounterTable,
  SpendTotalTable,
  VideoTallyTable,
} from './sum-tables.ts';

/**
 * The tables (migrations/ makes them). Times are milliseconds since 1970, flags 0 or 1, columns
 * that end in `_json` hold JSON text.
 */
export type Tables = {
  readonly runs: RunTable;
  readonly drives: DriveTable;
  readonly items: ItemTable;
  readonly result_rows: RowTable;
  readonly step_records: StepTable;
  readonly calls: CallTable;
  readonly call_responses: ResponseTable;
  readonly video_indexes: IndexTable;
  readonly index_chunks: ChunkTable;
  readonly video_cuts: CutTable;
  readonly owned_media: OwnedMediaTable;
  readonly index_jobs: IndexJobTable;
  readonly index_failures: IndexFailureTable;
  readonly run_changes: RunChangeTable;
  readonly media_work: MediaWorkTable;
  readonly account_pauses: PauseTable;
  readonly run_counters: RunCounterTable;
  readonly video_tallies: VideoTallyTable;
  readonly dataset_chunks: DatasetChunkTable;
  readonly spend_totals: SpendTotalTable;
  readonly item_holds: ItemHoldTable;
  readonly accounts: AccountTable;
  readonly account_leases: AccountLeaseTable;
  readonly account_changes: AccountChangeTable;
  readonly judgings: JudgingTable;
  readonly judgements: JudgementTable;
};

export type Connection = Kysely<Tables>;
export type OpenTransaction = Transaction<Tables>;
export type Flag = 0 | 1;

type RunTable = {
  run_id: string;
  name: string;
  spec_json: string;
  identity: string;
  state: RunState;
  stop_reason: 'budget' | 'provider' | null;
  stop_detail_json: string | null;
  admission: Admission;
  item_window: number;
  created_at: number;
  output_directory: string | null;
};

type DriveTable = {
  run_id: string;
  drive: number;
  opened_at: number;
  closed_at: number | null;
};

type ItemTable = {
  run_id: string;
  item_id: string;
  sample: number;
  position: number;
  ordinal: number;
  workflow_key: string;
  /** The item's first video. */
  video_id: string;
  /** A list of the others; null where there are none. */
  other_videos_json: string | null;
  /** The drive that took the item up last; 0 before the first. */
  drive: Generated<number>;
  /** The last drive in which a step of the item began. */
  started_drive: Generated<number>;
  /**
   * Null while the item is not finished in its drive. Whoever changes this, the class or the flag
   * moves the run's counters in the same transaction (run-counters.ts).
   */
  outcome: Outcome | null;
  failure_class: FailureClass | null;
  failure_step: Step | null;
  degraded: Generated<Flag>;
  ended_at: number | null;
};

type RowTable = {
  run_id: string;
  item_id: string;
  sample: number;
  row_json: string;
};

type StepTable = {
  run_id: string;
  item_id: string;
  sample: number;
  drive: number;
  step: Step;
  part: number;
  state: StepRecord['state'];
  usable: Generated<Flag>;
  result_json: string | null;
  failure_class: FailureClass | null;
  started_at: number;
  finished_at: number | null;
  attempts: number;
  failed_tries: Generated<number>;
  waited_ms: Generated<number>;
  usage_json: string | null;
  process_id: string;
  workflow_id: string;
  workflow_run_id: string;
  activity_id: string;
};

type CallTable = {
  /** Grows with every intent of the whole database: the order of calls, whatever the clocks say. */
  call_id: Generated<number>;
  call_key: string;
  n: number;
  run_id: string;
  item_id: string;
  sample: number;
  drive: number;
  step: CallStep;
  part: number;
  state: CallRecord['state'];
  account: string;
  model: string;
  activity_id: string;
  process_id: string;
  started_at: number;
  deadline_at: number;
  settled_at: number | null;
  max_price_usd: number | null;
  price_usd: number | null;
  usage_json: string | null;
  failure_class: FailureClass | null;
  action: FailureAction | null;
  retry_after_ms: number | null;
  http_status: number | null;
  is_duplicate: Generated<Flag>;
};
export type CallColumns = Selectable<CallTable>;

/** Small bodies stand here, larger ones in the blob store: exactly one of the two is set. */
type ResponseTable = {
  call_key: string;
  n: number;
  status: number;
  body: Uint8Array | null;
  body_artifact: string | null;
};

type IndexTable = {
  dataset_id: string;
  video_id: string;
  model_hash: string;
  preprocessing_id: string;
  frames_fingerprint: string;
  artifact: string;
};

type ChunkTable = { chunk_key: string; artifact: string };

type CutTable = { video_sha256: string; extract_key: string; manifest: string };

type OwnedMediaTable = { owner_id: string; video_id: string; kind: MediaKind; artifact: string };

type IndexJobTable = {
  job_id: string;
  source_json: string;
  videos: string;
  opened_at: number;
  closed_at: number | null;
};
export type IndexJobColumns = Selectable<IndexJobTable>;

type IndexFailureTable = { job_id: string; video_id: string; message: string };

/** An account that no call is made to for now. */
type PauseTable = {
  account: string;
  reason: string;
  paused_at: number;
  /** The next probe may leave then. */
  paused_until: number;
  probes: number;
};

type MediaWorkTable = {
  owner_id: string;
  kind: MediaWorkKey['kind'];
  subject: string;
  suspicion: number;
  open_in: string | null;
};

type RunChangeTable = {
  change_id: Generated<number>;
  run_id: string;
  changed_at: number;
  setting: string;
  before_json: string | null;
  after_json: string | null;
  reason: string | null;
};

type DatasetChunkTable = { dataset_hash: string; first_place: number; artifact: string };

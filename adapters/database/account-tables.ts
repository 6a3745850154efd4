import type { Generated, Selectable } from 'kysely';
import type { ConcurrencyChange } from '../../domain/limits/adaptive-concurrency.ts';

/** One account; times are milliseconds since 1970. */
export type AccountTable = {
  account: string;
  /** As the process said that wrote last. */
  configured: number;
  requests_left: number;
  requests_refilled_at: number;
  tokens_left: number;
  tokens_refilled_at: number;
  /** Null = as configured. */
  concurrency: number | null;
  decreased_at: number | null;
  grown_at: number | null;
  blocked_until: number | null;
  ramp_from: number | null;
  ramp_since: number | null;
};
export type AccountColumns = Selectable<AccountTable>;

/** What one process holds of an account. */
export type AccountLeaseTable = {
  account: string;
  process_id: string;
  concurrency: number;
  requests_per_minute: number | null;
  tokens_per_minute: number | null;
  places: number;
  wanted_places: number;
  wanted_requests: number;
  taken_requests: number;
  taken_tokens: number;
  turn_at: number;
  expires_at: number;
};
export type AccountLeaseColumns = Selectable<AccountLeaseTable>;

export type AccountChangeTable = {
  change_id: Generated<number>;
  account: string;
  changed_at: number;
  value: number;
  reason: ConcurrencyChange['reason'];
};

import type { Violation } from './violation.ts';

/** What a part of the chaos suite is given. */
export type PartOptions = {
  readonly seed: number;
  /** Of `soak`: runs with kills, each with the next seed. */
  readonly rounds: number;
  readonly items: number;
  readonly workerKills: number;
  readonly serverKills: number;
  readonly faultRate: number;
  readonly latencyMs: number;
  readonly strategy: 'uniform' | 'imagined-keyframes';
  /** Of `points`: crash points to try; empty = all. */
  readonly only: readonly string[];
  /** A line for a person who watches. */
  readonly say: (line: string) => void;
};

/** One attempt to break something, and what broke. */
export type Finding = {
  readonly name: string;
  readonly violations: readonly Violation[];
  /** Figures worth keeping. */
  readonly figures?: Readonly<Record<string, unknown>>;
};

export type Part = (options: PartOptions) => AsyncIterable<Finding>;

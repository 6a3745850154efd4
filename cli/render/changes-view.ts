import type { RunChange } from '../../domain/stores/run-store.ts';
import { plainText } from '../../domain/text/plain-text.ts';

/** "2026-11-21 16:40:00Z  run.itemsInFlight: 8 -> 64 (why)", in UTC. */
export function describeChange({ changedAt, setting, before, after, reason }: RunChange): string {
  const at = new Date(changedAt).toISOString().replace('T', ' ').replace(/\.\d+/, '');
  const why = reason === null ? 'given again' : reason;
  return plainText(`${at}  ${setting}: ${valueText(before)} -> ${valueText(after)} (${why})`);
}

/** The newest changes of a run under a title; empty where nothing was changed. */
export function renderChanges(changes: readonly RunChange[]): string {
  if (changes.length === 0) return '';
  const shown = changes.slice(-mostShown).map((change) => `  ${describeChange(change)}`);
  const earlier = changes.length - shown.length;
  const title = `Changed settings${earlier > 0 ? `, and ${earlier} earlier ones` : ''}`;
  return ['', title, ...shown].join('\n');
}

const mostShown = 20;

function valueText(value: unknown): string {
  return value === null || value === undefined ? 'none' : JSON.stringify(value);
}

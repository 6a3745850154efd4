import type { Row } from '../../domain/row.ts';
import type { RunState } from '../support/e2e-state.ts';
import { repeated, type Violation, violated } from './violation.ts';

/**
 * Every scheduled item has exactly one row, the counts add up, and correctness exists only where an
 * item was answered.
 *
 * @param end  how the run is expected to have ended, with a row for every item; null = it may go on
 */
export function checkRows(
  { run, counts, rows }: RunState,
  end: 'completed' | 'stopped' | null,
): Violation[] {
  const names = rows.map(({ item_id, sample }) => `${item_id}/${sample}`);
  const { answered, unparsed, failed, skipped, cancelled, running, pending, scheduled } = counts;
  const ended = answered + unparsed + failed + skipped + cancelled;
  const perOutcome = (outcome: Row['outcome']) =>
    rows.filter((row) => row.outcome === outcome).length;
  return [
    ...violated('one row an item', repeated(names)),
    ...violated(
      'counts add up to the scheduled items',
      ended + running + pending === scheduled ? [] : [JSON.stringify(counts)],
    ),
    ...violated(
      'counts are those of the rows',
      (['answered', 'unparsed', 'failed', 'cancelled'] as const)
        .filter((outcome) => counts[outcome] !== perOutcome(outcome) && end !== null)
        .map((outcome) => `${outcome}: ${counts[outcome]} counted, ${perOutcome(outcome)} rows`),
    ),
    ...violated(
      'only answered items are scored',
      rows
        .filter(({ outcome, correct }) => outcome !== 'answered' && correct !== null)
        .map(({ item_id, outcome }) => `${item_id} is ${outcome}`),
    ),
    ...violated(
      'a failed item says why, and no other does',
      rows
        .filter(({ outcome, failure }) => (outcome === 'failed') !== (failure !== null))
        .map(({ item_id, outcome }) => `${item_id} is ${outcome}`),
    ),
    ...(end === null ? [] : checkEnd(run, end, counts, names)),
  ];
}

function checkEnd(
  { driveIsOpen, state }: RunState['run'],
  end: 'completed' | 'stopped',
  { running, pending, scheduled }: RunState['counts'],
  names: readonly string[],
): Violation[] {
  return [
    ...violated('the drive is closed', driveIsOpen ? [`the run is ${state}`] : []),
    ...violated(
      'no item is lost',
      running + pending === 0 && names.length === scheduled
        ? []
        : [`${names.length} rows, ${running} running, ${pending} pending of ${scheduled}`],
    ),
    ...violated(`the run is ${end}`, state === end ? [] : [`it is ${state}`]),
  ];
}

import type { Item } from '../item.ts';
import type { Row } from '../row.ts';
import type { JudgingSpec } from '../run-spec.ts';
import type { CalibrationRecord } from './calibration.ts';
import { type JudgeContract, type JudgeDimension, scoredDimensions } from './judge-contract.ts';

/** One judgement to be made. */
export type DueJudgement = {
  readonly judge: string;
  readonly contract: JudgeContract;
  readonly dimension: JudgeDimension | null;
  /** An answer of the run, or one whose judgement is known. */
  readonly kind: 'item' | 'calibration';
  /** Of a calibration: the hash of its record. */
  readonly itemId: string;
  readonly sample: number;
  /** The second item of a pair that is judged together. */
  readonly partnerId: string | null;
  /** The newest drive among the answers: a later answer is judged anew. */
  readonly drive: number;
};

type Asked = Pick<DueJudgement, 'contract' | 'dimension'>;
type Labelled = Pick<Row, 'categories'>;

/** Whether a judge has something to say of an answer: it is free text, and the right one is known. */
export function isJudgeable({
  outcome,
  options,
  gold,
  answer,
}: Pick<Row, 'outcome' | 'options' | 'gold' | 'answer'>): boolean {
  return outcome === 'answered' && options.length === 0 && hasText(gold) && hasText(answer);
}

const hasText = (text: string | null): boolean => text !== null && text.trim() !== '';

/** The label under which two items are judged together; null where there is none. */
export function pairOf({ categories }: Labelled): string | null {
  return categories['pair']?.[0] ?? null;
}

/** What is asked of an item alone: of `score`, once for each of its labels `dimension`. */
function askedAlone(contract: JudgeContract, { categories }: Labelled): Asked[] {
  if (contract === 'yes-no-score') return [{ contract, dimension: null }];
  if (contract === 'consistency') return [];
  const labels = categories['dimension'] ?? [];
  return scoredDimensions
    .filter((dimension) => labels.includes(dimension))
    .map((dimension) => ({ contract, dimension }));
}

const askedOfPairs: Asked = { contract: 'consistency', dimension: 'CO' };

/** What of a row decides how it is judged. */
type JudgedRow = Pick<
  Row,
  'item_id' | 'sample' | 'drive' | 'outcome' | 'options' | 'gold' | 'answer' | 'categories'
>;

/** Finds what is to be judged, row by row in file order; a pair comes with its second row. */
export function createDueFinder({
  judges,
  contracts,
}: {
  readonly judges: readonly Pick<JudgingSpec['judges'][number], 'judge'>[];
  readonly contracts: readonly JudgeContract[];
}) {
  const waiting = new Map<string, Pick<Row, 'item_id' | 'drive'>>();
  const byAll = (asked: Asked, about: Omit<DueJudgement, 'judge' | keyof Asked>) =>
    judges.map(({ judge }): DueJudgement => ({ judge, ...asked, ...about }));

  const pairWith = (row: JudgedRow): DueJudgement[] => {
    const pair = contracts.includes('consistency') ? pairOf(row) : null;
    if (pair === null) return [];
    const key = `${row.sample} ${pair}`;
    const first = waiting.get(key);
    if (first === undefined) {
      waiting.set(key, { item_id: row.item_id, drive: row.drive });
      return [];
    }
    waiting.delete(key);
    return byAll(askedOfPairs, {
      kind: 'item',
      itemId: first.item_id,
      sample: row.sample,
      partnerId: row.item_id,
      drive: Math.max(first.drive, row.drive),
    });
  };
  return function dueOf(row: JudgedRow): DueJudgement[] {
    if (!isJudgeable(row)) return [];
    const { item_id: itemId, sample, drive } = row;
    const about = { kind: 'item', itemId, sample, partnerId: null, drive } as const;
    return [
      ...contracts.flatMap((contract) =>
        askedAlone(contract, row).flatMap((asked) => byAll(asked, about)),
      ),
      ...pairWith(row),
    ];
  };
}

/** What is to be judged of a calibration set: each record by the contract that it is for. */
export function dueCalibrations(
  { judges, contracts }: JudgingSpec,
  records: readonly CalibrationRecord[],
): DueJudgement[] {
  return records
    .filter(({ contract }) => contracts.includes(contract))
    .flatMap(({ contract, dimension, hash }) =>
      judges.map(({ judge }) => ({
        judge,
        contract,
        dimension,
        kind: 'calibration' as const,
        itemId: hash,
        sample: 0,
        partnerId: null,
        drive: 0,
      })),
    );
}

/**
 * Contracts that none of a run's items fits, a line each, to be told before anything is paid.
 *
 * @param items  all of the run
 */
export function unfitContracts(
  { contracts }: Pick<JudgingSpec, 'contracts'>,
  items: readonly Item[],
): string[] {
  const open = items.filter(({ options, gold }) => options.length === 0 && hasText(gold));
  if (open.length === 0) {
    return [
      'models.judge has nothing to judge: no question of the data set is open-ended and has a known ' +
        'answer. Remove models.judge and judge.',
    ];
  }
  return contracts.flatMap((contract) => {
    const isFit =
      contract === 'consistency'
        ? open.some((item) => pairOf(item) !== null)
        : open.some((item) => askedAlone(contract, item).length > 0);
    return isFit ? [] : [`judge.contract ${contract} has nothing to judge: ${needed[contract]}.`];
  });
}

const needed: Readonly<Record<JudgeContract, string>> = {
  'yes-no-score': 'no question is open-ended',
  score: `no item has a label ${scoredDimensions.join(', ')} in its category \`dimension\``,
  consistency: 'no item has a label in its category `pair`',
};

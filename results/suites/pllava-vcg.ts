import type { JudgeDimension } from '../../domain/judging/judge-contract.ts';
import { dimensionNames, vcgPass, vcgTasks } from '../../domain/suites/pllava-names.ts';
import { officialJudgement } from './official-judgement.ts';
import type { OfficialRow } from './official-rows.ts';
import { vcgRecord } from './pllava-records.ts';
import type { JudgedRecord } from './write-judged.ts';

/**
 * The records of VCGBench: a consistency pair is one record of two rows. Half of a pair whose other
 * half is not in the run makes none.
 *
 * @param onHalves  is told how many such halves there are
 */
export async function* vcgRecords(
  rows: AsyncIterable<OfficialRow>,
  judge: string | null,
  onHalves: (halves: number) => void,
): AsyncIterable<JudgedRecord> {
  const halves = new Map<string, OfficialRow>();
  for await (const official of rows) {
    const pair = official.row.categories['pair']?.[0];
    const first = pair === undefined ? undefined : halves.get(pair);
    if (pair !== undefined && first === undefined) halves.set(pair, official);
    else yield judgedRecord(first === undefined ? [official] : [first, official], judge);
    if (pair !== undefined && first !== undefined) halves.delete(pair);
  }
  onHalves(halves.size);
}

function judgedRecord(
  officials: readonly [OfficialRow, OfficialRow?],
  judge: string | null,
): JudgedRecord {
  const [first, second = null] = officials;
  const task = taskOf(first);
  const rows = officials.flatMap((official) => official?.row ?? []);
  const judged = (vcgTasks[task] ?? []).flatMap((dimension: JudgeDimension) => {
    const said = judge === null ? null : officialJudgement(rows, judge, dimension);
    if (said === null) return [];
    const { score } = said;
    return [[dimensionNames[dimension], { correct: score > vcgPass, score }] as const];
  });
  const isJudged = judged.length > 0 && judged.length === vcgTasks[task]?.length;
  const scores = judged.map(([name, { score }]) => [name, score]);
  return {
    record: vcgRecord(task, first, second),
    judgements: isJudged ? Object.fromEntries(judged) : null,
    members: isJudged ? { scores: Object.fromEntries(scores) } : {},
  };
}

/** `generic_qa`, `temporal_qa` or `consistency_qa`, by what the answer is judged by. */
function taskOf({ row }: OfficialRow): string {
  const dimensions: readonly string[] = row.categories['dimension'] ?? [];
  const found = Object.entries(vcgTasks).find(([, judgedBy]) =>
    judgedBy.some((dimension) => dimensions.includes(dimension)),
  );
  return found?.[0] ?? row.dataset ?? row.task;
}

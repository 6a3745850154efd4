import { basename } from 'node:path';

/** The splits whose questions IG-VLM's tables hold, as their files are called. */
const igvlmSplits = new Map([
  ['activitynet_qa', 'test'],
  ['intentqa', 'val'],
  ['msrvtt_qa', 'val'],
  ['msvd_qa', 'val'],
  ['next_qa', 'val'],
  ['tgif_frameqa', 'test'],
]);

/** The split that a file's name says, as in `val.csv` and `test_q.json`; null when it says none. */
export function splitOfName(path: string): string | null {
  const name = path.split(/[/\\]/).findLast((part) => part !== '') ?? '';
  const found = /(?:^|[^a-z])(train|val|valid|validation|dev|test)(?:[^a-z]|$)/i.exec(name)?.[1];
  return found?.toLowerCase() ?? null;
}

/** The same, and that of a table of IG-VLM: `MSVD_QA.csv`, with or without marks as in `MSVD_QA.part1.csv`. */
export function splitOfTable(path: string): string | null {
  const [stem = ''] = basename(path).toLowerCase().split('.');
  return splitOfName(path) ?? igvlmSplits.get(stem) ?? null;
}

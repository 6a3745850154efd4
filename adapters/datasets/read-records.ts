import type { Problem } from './problem.ts';

/** One value of an annotation file and where it stood. */
export type SourceRecord = {
  readonly line: number | null;
  /** From 1. */
  readonly record: number;
  readonly value: unknown;
};

export type SourceRecords = {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly Problem[];
};

/**
 * Reads a JSON list, or JSON Lines: one value per line, empty lines left out. Each line that is
 * not JSON is a problem of its own.
 */
export function readRecords(text: string, file: string): SourceRecords {
  const content = text.replace(/^\uFEFF/, '');
  if (content.trim() === '') return faultyFile(file, 'is empty');
  if (/^\s*\{\s*\n/.test(content))
    return faultyFile(file, 'holds one JSON object over several lines');
  return content.trimStart().startsWith('[') ? readList(content, file) : readLines(content, file);
}

function readList(text: string, file: string): SourceRecords {
  try {
    const values: unknown[] = JSON.parse(text);
    if (!isShallow(values, deepest + 1)) return faultyFile(file, tooDeep);
    return {
      records: values.map((value, index) => ({ line: null, record: index + 1, value })),
      problems: [],
    };
  } catch (error) {
    return faultyFile(file, `is not valid JSON (${messageOf(error)})`);
  }
}

function faultyFile(file: string, what: string): SourceRecords {
  const fix =
    'It should hold a JSON list of records or one record per line; mend it or fetch it again';
  return {
    records: [],
    problems: [{ file, line: null, record: null, what: `the file ${what}`, fix }],
  };
}

function readLines(text: string, file: string): SourceRecords {
  const records: SourceRecord[] = [];
  const problems: Problem[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    const line = index + 1;
    try {
      const value: unknown = JSON.parse(content);
      if (!isShallow(value, deepest)) throw new SyntaxError(tooDeep);
      records.push({ line, record: records.length + problems.length + 1, value });
    } catch (error) {
      const what = `not valid JSON (${messageOf(error)})`;
      const fix = 'Each line must be one JSON object; mend or remove the line';
      problems.push({ file, line, record: null, what, fix });
    }
  }
  return { records, problems };
}

/** Levels of groups in groups: a record is stored and copied by code that goes down them. */
const deepest = 100;
const tooDeep = `is nested more than ${deepest} levels deep`;

function isShallow(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

import { problemAt, type Place, type Problem, wholeFile } from '../problem.ts';
import { readTextFile } from './text-file.ts';
import { splitJsonList } from './split-json-list.ts';

/** One value of an annotation file and where it stands. */
export type SourceRecord<Value = unknown> = { readonly place: Place; readonly value: Value };

type Note = (problem: Problem) => void;

/**
 * Reads a JSON list, or JSON Lines: one value per line, empty lines left out. What is not JSON is a
 * problem with its line.
 */
export async function readJsonRecords(file: string, note: Note): Promise<SourceRecord[]> {
  const text = await readTextFile(file, note);
  if (text === null) return [];
  if (text.trim() === '') return refuse(file, note, 'the file is empty');
  if (/^\s*\{\s*\r?\n/.test(text))
    return refuse(file, note, 'the file holds one JSON object over several lines');
  return text.trimStart().startsWith('[')
    ? readList(text, file, note)
    : readLines(text, file, note);
}

/**
 * Reads a file that is one JSON object, such as answers by the id of their question.
 *
 * @returns null after a problem was noted
 */
export async function readJsonObject(
  file: string,
  note: Note,
): Promise<Readonly<Record<string, unknown>> | null> {
  const text = await readTextFile(file, note);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return value as Record<string, unknown>;
    refuse(file, note, 'the file is not one JSON object');
  } catch (error) {
    noteSyntax({ file, line: lineOfSyntax(text, error), record: null }, note, error);
  }
  return null;
}

/** What such an object holds under a name that came from a file, which may be `constructor`. */
export function lookUp<Value>(
  object: Readonly<Record<string, Value>> | null,
  name: string,
): Value | undefined {
  return object !== null && Object.hasOwn(object, name) ? object[name] : undefined;
}

function readList(text: string, file: string, note: Note): SourceRecord[] {
  const records: SourceRecord[] = [];
  for (const { line, text: element } of splitJsonList(text)) {
    const place = { file, line, record: records.length + 1 };
    try {
      records.push({ place, value: parseShallow(element) });
    } catch (error) {
      noteSyntax(
        { file, line: line - 1 + lineOfSyntax(element, error), record: place.record },
        note,
        error,
      );
      return [];
    }
  }
  return records;
}

function readLines(text: string, file: string, note: Note): SourceRecord[] {
  const records: SourceRecord[] = [];
  let count = 0;
  for (const [index, content] of text.split('\n').entries()) {
    if (content.trim() === '') continue;
    count += 1;
    const place = { file, line: index + 1, record: count };
    try {
      records.push({ place, value: parseShallow(content) });
    } catch (error) {
      noteSyntax({ ...place, record: null }, note, error);
    }
  }
  return records;
}

function refuse(file: string, note: Note, what: string): [] {
  const fix =
    'It should hold a JSON list of records or one record per line; mend it or fetch it again';
  note(problemAt(wholeFile(file), 'wrong_format', { what, fix }));
  return [];
}

function noteSyntax(place: Place, note: Note, error: unknown): void {
  const what = `not valid JSON (${error instanceof Error ? error.message : String(error)})`;
  const fix = 'Mend the file, or fetch it again if it is cut short';
  note(problemAt(place, 'wrong_format', { what, fix }));
}

/** The line, from 1, that a message of `JSON.parse` points to; the last one when the text ends early. */
function lineOfSyntax(text: string, error: unknown): number {
  const position = /at position (\d+)/.exec(String(error))?.[1];
  const before = position === undefined ? text.trimEnd() : text.slice(0, Number(position));
  return before.split('\n').length;
}

/** Levels of groups in groups: a record is stored and copied by code that goes down them. */
const deepest = 100;

function parseShallow(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (!isShallow(value, deepest)) throw new SyntaxError(`nested more than ${deepest} levels deep`);
  return value;
}

function isShallow(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

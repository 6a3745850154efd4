/** Deeper nesting than this is nobody's judgement. */
const deepest = 20;

type Cursor = { readonly text: string; at: number };

/**
 * Reads a value that begins at a place in a text: JSON, or a literal of Python (`{'pred': 'yes'}`,
 * `True`, `None`, `(1, 2)`), whatever stands behind it.
 *
 * @returns the value, and where what follows it begins; null when no such value begins there
 */
export function literalAt(
  text: string,
  start: number,
): { readonly value: unknown; readonly end: number } | null {
  const cursor = { text, at: start };
  try {
    const value = readValue(cursor, 0);
    return { value, end: cursor.at };
  } catch (error) {
    if (error instanceof NoLiteral) return null;
    throw error;
  }
}

class NoLiteral extends Error {}

const closedBy: Readonly<Record<string, string>> = { '[': ']', '(': ')' };
const words: Readonly<Record<string, unknown>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

function readValue(cursor: Cursor, depth: number): unknown {
  if (depth > deepest) throw new NoLiteral();
  skipSpace(cursor);
  const first = cursor.text[cursor.at] ?? '';
  if (first === '{') return readObject(cursor, depth);
  const close = closedBy[first];
  if (close !== undefined) return readList(cursor, close, depth);
  if (first === '"' || first === "'") return readString(cursor);
  const word = taken(cursor, /[A-Za-z]+/y);
  if (word !== null) {
    if (Object.hasOwn(words, word)) return words[word];
    throw new NoLiteral();
  }
  const number = taken(cursor, /[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y);
  if (number === null) throw new NoLiteral();
  return Number(number);
}

function readObject(cursor: Cursor, depth: number): Record<string, unknown> {
  const members: [string, unknown][] = [];
  cursor.at += 1;
  while (!skips(cursor, '}')) {
    const key = readValue(cursor, depth + 1);
    if (typeof key !== 'string' || !skips(cursor, ':')) throw new NoLiteral();
    members.push([key, readValue(cursor, depth + 1)]);
    if (skips(cursor, ',')) continue;
    if (!skips(cursor, '}')) throw new NoLiteral();
    break;
  }
  return Object.fromEntries(members);
}

function readList(cursor: Cursor, close: string, depth: number): unknown[] {
  const members: unknown[] = [];
  cursor.at += 1;
  while (!skips(cursor, close)) {
    members.push(readValue(cursor, depth + 1));
    if (skips(cursor, ',')) continue;
    if (!skips(cursor, close)) throw new NoLiteral();
    break;
  }
  return members;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

function readString(cursor: Cursor): string {
  const quote = cursor.text[cursor.at];
  let found = '';
  for (cursor.at += 1; ; cursor.at += 1) {
    const character = cursor.text[cursor.at];
    if (character === undefined) throw new NoLiteral();
    if (character === quote) break;
    found += character === '\\' ? readEscape(cursor) : character;
  }
  cursor.at += 1;
  return found;
}

/** Leaves the cursor at the last character of the escape. */
function readEscape(cursor: Cursor): string {
  cursor.at += 1;
  const character = cursor.text[cursor.at];
  if (character === undefined) throw new NoLiteral();
  const digits = character === 'u' ? 4 : character === 'x' ? 2 : 0;
  if (digits === 0) return escapes[character] ?? character;
  const hex = cursor.text.slice(cursor.at + 1, cursor.at + 1 + digits);
  if (!new RegExp(`^[0-9a-fA-F]{${digits}}$`).test(hex)) throw new NoLiteral();
  cursor.at += digits;
  return String.fromCharCode(Number.parseInt(hex, 16));
}

function skipSpace(cursor: Cursor): void {
  taken(cursor, /\s+/y);
}

/** Steps over a mark, and the space before it, if it comes next. */
function skips(cursor: Cursor, mark: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== mark) return false;
  cursor.at += 1;
  return true;
}

/** What a sticky pattern matches at the cursor, which steps over it. */
function taken(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0] ?? null;
  if (found !== null) cursor.at += found.length;
  return found;
}

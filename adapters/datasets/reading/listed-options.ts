import { z } from 'zod';
import { textField } from './fields.ts';

const quoted = /'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/gs;

/**
 * Options as a list, or as a cell of a table has one: JSON, or as Python and NumPy print it
 * (`['A. red' 'B. it\'s blue']`). Where all of them begin with their letters, as in `A. red`, the letters
 * are taken off.
 */
export const listedOptionsField = z
  .union([z.array(textField), textField.transform(readCell)], { error: 'must be a list of texts' })
  .refine((options) => options.length > 0, { error: 'must be a list of texts' })
  .transform(withoutLetters);

function readCell(cell: string): readonly string[] {
  const inner = /^\s*\[(.*)\]\s*$/s.exec(cell)?.[1];
  if (inner === undefined || /[^\s,]/.test(inner.replace(quoted, ''))) return [];
  return [...inner.matchAll(quoted)].map(([, single, double]) => unescape(single ?? double ?? ''));
}

const escaped = /\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gis;
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

function unescape(text: string): string {
  return text.replace(escaped, (_, two?: string, four?: string, sign = '') => {
    const code = two ?? four;
    return code === undefined ? (escapes[sign] ?? sign) : String.fromCharCode(parseInt(code, 16));
  });
}

function withoutLetters(options: readonly string[]): readonly string[] {
  const texts = options.map((option, index) => {
    const found = /^\s*\(?([A-Z])[.):]\s*(.*)$/s.exec(option);
    return found?.[1]?.charCodeAt(0) === 65 + index ? (found[2] ?? '') : null;
  });
  return texts.every((text) => text !== null) ? texts : options;
}

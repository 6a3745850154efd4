/** The text of one element of a JSON list, and the line on which it begins, from 1. */
export type ListElement = { readonly line: number; readonly text: string };

/**
 * Cuts the text of a JSON list into the texts of its elements, which are for `JSON.parse` to judge.
 * A list that is cut short or goes on after its end gives a last element that is not valid JSON.
 */
export function* splitJsonList(text: string): Generator<ListElement> {
  const scan = { at: text.indexOf('[') + 1, line: 1, counted: 0 };
  const lineAt = (position: number): number => {
    for (; scan.counted < position; scan.counted += 1)
      if (text[scan.counted] === '\n') scan.line += 1;
    return scan.line;
  };
  if (/^\s*\]\s*$/.test(text.slice(scan.at))) return;
  for (let isOpen = true; isOpen;) {
    const end = endOfElement(text, scan.at);
    const raw = text.slice(scan.at, end);
    yield { line: lineAt(end - raw.trimStart().length), text: raw.trim() };
    if (end === text.length) {
      yield { line: lineAt(end), text: '' };
      return;
    }
    isOpen = text[end] === ',';
    scan.at = end + 1;
  }
  if (text.slice(scan.at).trim() !== '')
    yield { line: lineAt(scan.at), text: text.slice(scan.at - 1).trim() };
}

/** Position of the `,` or `]` behind an element; the length of the text when there is none. */
function endOfElement(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === '{' || sign === '[') depth += 1;
    else if (depth === 0 && (sign === ',' || sign === ']')) return at;
    else if (sign === '}' || sign === ']') depth -= 1;
  }
  return text.length;
}

/** Position of the quote that ends the string beginning at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/**
 * Finds what a person probably meant by a name that is not known.
 *
 * @returns the known name closest in spelling (case, `_` and `-` do not count), or null when
 *   nothing is close; a beginning of at least three letters is close, too
 */
export function nearestName(name: string, known: readonly string[]): string | null {
  const wanted = plain(name);
  let nearest: string | null = null;
  let smallest = Math.max(1, Math.floor(wanted.length * 0.4)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, plain(candidate));
    if (distance < smallest) {
      smallest = distance;
      nearest = candidate;
    }
  }
  return nearest ?? known.find((candidate) => isStartOf(wanted, plain(candidate))) ?? null;
}

const isStartOf = (start: string, word: string): boolean =>
  start.length >= 3 && word.startsWith(start);

const plain = (name: string): string => name.toLowerCase().replace(/[_-]/g, '');

/** Fewest insertions, removals, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const isSame = left[row - 1] === right[column - 1];
      const isSwap = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      const distances = [
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      ];
      if (isSwap && row > 1 && column > 1) distances.push(at(beforeLast, column - 2) + 1);
      current.push(Math.min(...distances));
    }
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

const at = (row: readonly number[], column: number): number => row[column] ?? Infinity;

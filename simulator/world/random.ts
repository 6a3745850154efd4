/** A repeatable source of random choices; the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in [low, high). */
  integer(low: number, high: number): number;
  /** One entry, each equally likely. Throws on an empty list. */
  pick<T>(list: readonly T[]): T;
  /** A shuffled copy. */
  shuffle<T>(list: readonly T[]): T[];
}

/** Creates a generator from a text seed: FNV-1a fills the state of an `sfc32` generator. */
export function createRandom(seed: string): Random {
  const next = sfc32(hashText(seed, 0x811c9dc5), hashText(seed, 0x9e3779b9));
  const integer = (low: number, high: number) => low + Math.floor(next() * (high - low));
  return {
    next,
    integer,
    between: (low, high) => low + next() * (high - low),
    pick: (list) => elementAt(list, integer(0, list.length)),
    shuffle: (list) => {
      const copy = [...list];
      for (let last = copy.length - 1; last > 0; last -= 1) {
        const other = integer(0, last + 1);
        const kept = elementAt(copy, last);
        copy[last] = elementAt(copy, other);
        copy[other] = kept;
      }
      return copy;
    },
  };
}

function elementAt<T>(list: readonly T[], index: number): T {
  if (index < 0 || index >= list.length) throw new RangeError(`no element ${index} in the list`);
  return list[index] as T;
}

function hashText(text: string, basis: number): number {
  let hash = basis >>> 0;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return hash;
}

function sfc32(first: number, second: number): () => number {
  let a = first | 0;
  let b = second | 0;
  let c = (first ^ (second << 7)) | 0;
  let counter = 1;
  const step = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4294967296;
  };
  // The first draws still show the seed; the generator's author discards them.
  for (let round = 0; round < 15; round += 1) step();
  return step;
}

import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../../domain/errors/usage-error.ts';

/** A YAML file as plain values, with the way back to its lines. */
export type YamlLines = {
  readonly value: unknown;
  /** Line of a key, from 1; for a key that is not there, the line of the nearest group around it. */
  lineOf(path: readonly (string | number)[]): number;
};

/**
 * Reads YAML text.
 *
 * @param file its name for messages
 * @throws {UsageError} naming file and line of every syntax error
 */
export function readYaml(text: string, file: string): YamlLines {
  const lines = new LineCounter();
  const document = bounded(file, () =>
    parseDocument(text, { lineCounter: lines, prettyErrors: false }),
  );
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const messages = faults.map(
      ({ pos, message }) =>
        `${file}:${lineAt(pos[0])}: not valid YAML: ${message.replace('Maximum call stack size exceeded', 'it is nested too deeply')}`,
    );
    throw new UsageError(messages.join('\n'));
  }
  return {
    value: bounded(file, () => {
      const value: unknown = document.toJS({ maxAliasCount: 100 });
      // An alias of what it stands in has no end.
      JSON.stringify(value);
      return value;
    }),
    lineOf: (path) => lineAt(offsetOf(document.contents, path)),
  };
}

/** Aliases of aliases, and groups in groups, take more memory than a configuration ever needs. */
function bounded<Result>(file: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const what =
      error instanceof RangeError ? 'is nested too deeply' : 'repeats too much by aliases';
    throw new UsageError(`${file}: ${what}; write it out flat`, { cause: error });
  }
}

function offsetOf(root: unknown, path: readonly (string | number)[]): number {
  let node = root;
  let offset = startOf(root) ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === `${step}`);
      offset = startOf(pair?.key) ?? offset;
      node = pair?.value;
    } else {
      node = isSeq(node) ? node.items[Number(step)] : undefined;
      offset = startOf(node) ?? offset;
    }
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

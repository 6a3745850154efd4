import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../../domain/usage-error.ts';

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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0) {
    const messages = faults.map(
      ({ pos, message }) => `${file}:${lineAt(pos[0])}: not valid YAML: ${message}`,
    );
    throw new UsageError(messages.join('\n'));
  }
  return {
    value: document.toJS({ maxAliasCount: 100 }),
    lineOf: (path) => lineAt(offsetOf(document.contents, path)),
  };
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

const shownNames = 5;

/** Collects warnings of one kind into one line each: `3 items have no answer: a, b, c`. */
export type WarningList = {
  add(kind: string, name: string): void;
  lines(): string[];
};

/** Starts an empty list; kinds keep the order in which they were first seen. */
export function createWarningList(): WarningList {
  const names = new Map<string, string[]>();
  return {
    add(kind, name) {
      const known = names.get(kind);
      if (known === undefined) names.set(kind, [name]);
      else known.push(name);
    },
    lines: () =>
      [...names].map(([kind, all]) => {
        const more = all.length > shownNames ? `, and ${all.length - shownNames} more` : '';
        return `${kind} (${all.length}): ${all.slice(0, shownNames).join(', ')}${more}`;
      }),
  };
}

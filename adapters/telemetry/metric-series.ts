export type Labels = Readonly<Record<string, string>>;

/** The values of one metric, one per set of labels. */
export type Series = { lines(name: string): string[] };

/** Values that are added to or set. */
export function counterSeries() {
  const values = new Map<string, number>();
  return {
    add: (labels: Labels, by: number) => {
      const key = labelText(labels);
      values.set(key, (values.get(key) ?? 0) + by);
    },
    set: (labels: Labels, value: number) => void values.set(labelText(labels), value),
    clear: () => values.clear(),
    lines: (name: string) => [...values].map(([labels, value]) => line(name, labels, value)),
  };
}

/** Observations counted by bucket, with their sum. */
export function histogramSeries(bounds: readonly number[]) {
  const values = new Map<string, { buckets: number[]; sum: number; count: number }>();
  return {
    observe(labels: Labels, value: number) {
      const key = labelText(labels);
      const held = values.get(key) ?? { buckets: bounds.map(() => 0), sum: 0, count: 0 };
      values.set(key, held);
      held.sum += value;
      held.count += 1;
      bounds.forEach((bound, index) => {
        if (value <= bound) held.buckets[index]! += 1;
      });
    },
    lines: (name: string) =>
      [...values].flatMap(([labels, { buckets, sum, count }]) => [
        ...bounds.map((bound, index) =>
          line(`${name}_bucket`, withBound(labels, String(bound)), buckets[index]!),
        ),
        line(`${name}_bucket`, withBound(labels, '+Inf'), count),
        line(`${name}_sum`, labels, sum),
        line(`${name}_count`, labels, count),
      ]),
  };
}

function line(name: string, labels: string, value: number): string {
  return `${name}${labels === '' ? '' : `{${labels}}`} ${value}`;
}

function withBound(labels: string, bound: string): string {
  return labels === '' ? `le="${bound}"` : `${labels},le="${bound}"`;
}

function labelText(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeValue(value)}"`)
    .join(',');
}

function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** What a scrape of Prometheus's text format says. */
export type Scrape = {
  readonly text: string;
  /** Names of the metrics, as their TYPE lines have them. */
  readonly names: readonly string[];
  /** Sum over the samples of that name with these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
};

export async function readMetrics(url: string): Promise<Scrape> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: status ${response.status}`);
  return parseMetrics(await response.text());
}

export function parseMetrics(text: string): Scrape {
  const samples = text.split('\n').flatMap((line) => {
    const found = /^([a-z_]\w*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (found === null) return [];
    const [, name = '', labels = '', value] = found;
    return [{ name, labels: readLabels(labels), value: Number(value) }];
  });
  return {
    text,
    names: [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name!),
    sum: (name, labels = {}) =>
      samples
        .filter((sample) => sample.name === name)
        .filter((sample) =>
          Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
        )
        .reduce((total, { value }) => total + value, 0),
  };
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...found].map(([, name, value]) => [name!, value!]));
}

import { counterSeries, histogramSeries, type Labels, type Series } from './metric-series.ts';

export type Counter = {
  add(labels: Labels, by?: number): void;
  /** Takes over a total that is counted elsewhere. */
  set(labels: Labels, total: number): void;
};
export type Gauge = {
  set(labels: Labels, value: number): void;
  /** Forgets every series, before those that still exist are set again. */
  clear(): void;
};
export type Histogram = { observe(labels: Labels, value: number): void };

/** The metrics of one process, in Prometheus's text format. */
export type MetricRegistry = {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** @param bounds  upper bounds of the buckets, ascending, without +Inf */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Called before each scrape, for what is read rather than counted. */
  onScrape(read: () => Promise<void> | void): void;
  /** Names of everything registered. */
  names(): string[];
  /** Text format 0.0.4. A reading that fails leaves its metrics as they were. */
  render(): Promise<string>;
};

type Kind = 'counter' | 'gauge' | 'histogram';

export function createMetricRegistry(): MetricRegistry {
  const families = new Map<string, { kind: Kind; help: string; series: Series }>();
  const readings: (() => Promise<void> | void)[] = [];

  const register = <Own extends Series>(kind: Kind, name: string, help: string, series: Own) => {
    if (families.has(name)) throw new Error(`the metric ${name} is registered twice`);
    families.set(name, { kind, help, series });
    return series;
  };
  return {
    counter(name, help) {
      const series = register('counter', name, help, counterSeries());
      return { add: (labels, by = 1) => series.add(labels, by), set: series.set };
    },
    gauge: (name, help) => register('gauge', name, help, counterSeries()),
    histogram: (name, help, bounds) => register('histogram', name, help, histogramSeries(bounds)),
    onScrape: (read) => void readings.push(read),
    names: () => [...families.keys()],
    async render() {
      await Promise.allSettled(readings.map(async (read) => read()));
      const texts = [...families].map(([name, { kind, help, series }]) =>
        [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...series.lines(name)].join('\n'),
      );
      return `${texts.join('\n')}\n`;
    },
  };
}

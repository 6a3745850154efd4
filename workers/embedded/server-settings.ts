/** What a dev server is told beside its ports and files. */
export type ServerSettings = {
  readonly pragmas: Readonly<Record<string, string>>;
  readonly dynamicConfig: Readonly<Record<string, string>>;
  readonly logLevel: string | null;
  /** Go's garbage collector: higher takes more memory and less CPU; null = Go's default, 100. */
  readonly gogc: string | null;
};

/** Each of them measured alone on the workload of this program: `docs/benchmarks.md`. */
export const measuredSettings: ServerSettings = {
  pragmas: { journal_mode: 'WAL', synchronous: 'NORMAL' },
  dynamicConfig: {
    'matching.numTaskqueueReadPartitions': '1',
    'matching.numTaskqueueWritePartitions': '1',
    'matching.enableFairness': 'true',
    // The default of 20 lets every step of a workflow wait 35 ms for its turn.
    'history.transferProcessorMaxPollRPS': '100',
  },
  logLevel: 'error',
  gogc: '400',
};

/** The settings as arguments of `temporal server start-dev`. */
export function serverFlags({ pragmas, dynamicConfig, logLevel }: ServerSettings): string[] {
  return [
    ...Object.entries(pragmas).flatMap(([name, value]) => ['--sqlite-pragma', `${name}=${value}`]),
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => [
      '--dynamic-config-value',
      `${key}=${value}`,
    ]),
    ...(logLevel === null ? [] : ['--log-level', logLevel]),
  ];
}

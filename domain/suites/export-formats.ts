/**
 * The files that a run can be written as, each with the formats of the data sets that they are
 * for; null = any.
 */
export const exportFormats = {
  original: null,
  jsonl: null,
  csv: null,
  parquet: null,
  'lmms-eval': null,
  'lvbench-answers': ['lvbench', 'original'],
  pllava: ['mvbench', 'vcgbench', 'msvd-qa', 'msrvtt-qa', 'activitynet-qa', 'tgif-qa', 'recaption'],
  'free-video-llm': ['msvd-qa', 'msrvtt-qa', 'activitynet-qa', 'tgif-qa'],
  egoschema: ['egoschema'],
} as const satisfies Readonly<Record<string, readonly string[] | null>>;
export type ExportFormat = keyof typeof exportFormats;
export const exportFormatNames = Object.keys(exportFormats) as ExportFormat[];

/** Whether a run over a data set of this format can be written so. */
export function canBeWrittenAs(format: ExportFormat, datasetFormat: string): boolean {
  const fits: readonly string[] | null = exportFormats[format];
  return fits === null || fits.includes(datasetFormat);
}

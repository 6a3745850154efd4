import type { DatasetMapping } from '../../../domain/config/dataset-mapping.ts';
import { nearestName } from '../../../domain/text/nearest-name.ts';
import type { DatasetFormat, QuestionDraft } from '../format.ts';
import { problemAt, type Problem, wholeFile } from '../problem.ts';
import type { SourceRecord } from '../reading/json-records.ts';
import { mappedDraft } from '../reading/mapped-draft.ts';
import { readRecords } from '../reading/records.ts';

type Note = (problem: Problem) => void;

/**
 * Any file with one question in a record: a JSON list, JSON Lines, CSV, tab-separated values or Parquet.
 * `dataset.mapping` says which field or column holds what.
 */
export const format: DatasetFormat = {
  summary:
    'any JSON list, JSON Lines, CSV, TSV or Parquet file with one question in a record; dataset.mapping names its fields',
  ids: 'unique',
  mediaRoots: ['videos'],
  async *read({ path, note, mapping }) {
    if (mapping === null) {
      const what = 'dataset.mapping is missing, which says what its fields hold';
      const fix = 'Name at least video and question there, or in the file of --mapping';
      note(problemAt(wholeFile(path), 'wrong_format', { what, fix }));
      return;
    }
    const records = objectsIn(await readRecords(path, note), note);
    if (!hasFields(path, records, mapping, note)) return;
    const files = new Map<string, string>();
    for (const record of records) {
      const draft = mappedDraft(record, mapping, note);
      if (draft !== null && isOneFileEach(draft, files, note)) yield draft;
    }
  },
};

type ObjectRecord = SourceRecord<Readonly<Record<string, unknown>>>;

function objectsIn(records: readonly SourceRecord[], note: Note): readonly ObjectRecord[] {
  return records.flatMap(({ place, value }) => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return [{ place, value: value as Record<string, unknown> }];
    const what = 'the record is not a JSON object';
    note(problemAt(place, 'wrong_format', { what, fix: 'Mend or remove it' }));
    return [];
  });
}

/** Whether every field that the mapping names is in some record of the file. */
function hasFields(
  path: string,
  records: readonly ObjectRecord[],
  mapping: DatasetMapping,
  note: Note,
): boolean {
  const known = [...new Set(records.flatMap(({ value }) => Object.keys(value)))];
  const { answerForm: _, ...named } = mapping;
  const missing = Object.entries(named)
    .flatMap(([key, fields = []]) => [fields].flat().map((field) => ({ key, field })))
    .filter(({ field }) => records.length > 0 && !known.includes(field));
  for (const { key, field } of missing) {
    const nearest = nearestName(field, known);
    const hint = nearest === null ? '' : `; did you mean ${nearest}?`;
    const what = `dataset.mapping.${key} names the field ${field}, which no record has${hint}`;
    const fix = `It has ${known.map((name) => JSON.stringify(name)).join(', ')}`;
    const line = records[0]?.place.line === null ? null : 1;
    note(problemAt({ file: path, line, record: null }, 'missing_column', { what, fix }));
  }
  return missing.length === 0;
}

/** Whether no other file of a video has the same id, as `a/clip.mp4` and `a_clip.gif` would. */
function isOneFileEach({ place, videos }: QuestionDraft, files: Map<string, string>, note: Note) {
  const taken = videos.find(({ videoId, files: [file = ''] = [] }) => {
    const before = files.get(videoId) ?? file;
    files.set(videoId, before);
    return before !== file;
  });
  if (taken === undefined) return true;
  const { videoId, files: [file = ''] = [] } = taken;
  const what = `the videos ${files.get(videoId)} and ${file} would both be called ${videoId}`;
  note(problemAt(place, 'wrong_format', { what, fix: 'Rename one of the files' }));
  return false;
}

import { join } from 'node:path';
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import type { Row } from '../domain/row.ts';
import type { RunStore } from '../domain/stores/run-store.ts';
import { writeAtomically } from './write-atomically.ts';

/** The members of a row in their order; what is no number, flag or text is a JSON text. */
const columns = {
  schema_version: 'INT32',
  run_id: 'STRING',
  item_id: 'STRING',
  sample: 'INT32',
  drive: 'INT32',
  task: 'STRING',
  dataset: 'STRING',
  video_ids: 'JSON text',
  question: 'STRING',
  options: 'JSON text',
  gold: 'STRING',
  gold_spans: 'JSON text',
  source: 'JSON text',
  outcome: 'STRING',
  answer: 'STRING',
  answer_text: 'STRING',
  correct: 'BOOLEAN',
  scores: 'JSON text',
  failure: 'JSON text',
  degraded: 'BOOLEAN',
  strategy: 'STRING',
  categories: 'JSON text',
  planned: 'JSON text',
  generated: 'JSON text',
  text_query: 'JSON text',
  retrieved: 'JSON text',
  shown: 'JSON text',
  judgements: 'JSON text',
  previous_attempts: 'JSON text',
  models: 'JSON text',
  prompt_version: 'STRING',
  reply_artifact: 'STRING',
  response_model: 'STRING',
  parse_rule: 'STRING',
  usage: 'JSON text',
  steps: 'JSON text',
  workflow_id: 'STRING',
  workflow_run_id: 'STRING',
  finished_at: 'STRING',
} as const satisfies Readonly<Record<keyof Row, 'INT32' | 'STRING' | 'BOOLEAN' | 'JSON text'>>;

const rowsPerGroup = 1000;

/**
 * Writes `<run id>.parquet` into a folder: the rows with their own names, groups of 1,000 at a time.
 *
 * @returns the file's path
 */
export async function exportParquet(
  runs: Pick<RunStore, 'rows'>,
  runId: string,
  directory: string,
): Promise<string> {
  const file = join(directory, `${runId}.parquet`);
  await writeAtomically(file, parquetBytes(runs.rows(runId)));
  return file;
}

/** The bytes of a Parquet file, as they come. */
async function* parquetBytes(rows: AsyncIterable<Row>): AsyncIterable<Uint8Array> {
  const bytes = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: columnData([]) });
  const parquet = new ParquetWriter({ writer: bytes, schema, createdBy: 'durable-videoqa' });
  let group: Row[] = [];
  for await (const row of rows) {
    group.push(row);
    if (group.length < rowsPerGroup) continue;
    await parquet.write({ columnData: columnData(group) });
    yield taken(bytes);
    group = [];
  }
  if (group.length > 0) await parquet.write({ columnData: columnData(group) });
  await parquet.finish();
  yield taken(bytes);
}

function columnData(rows: readonly Row[]) {
  return Object.entries(columns).map(([name, type]) => {
    const values = rows.map((row) => row[name as keyof Row] ?? null);
    if (type !== 'JSON text') return { name, type, data: values, nullable: true };
    const texts = values.map((value) => (value === null ? null : JSON.stringify(value)));
    return { name, type: 'STRING' as const, data: texts, nullable: true };
  });
}

/** What was written since the last time. The writer goes on counting from the file's beginning. */
function taken(bytes: ByteWriter): Uint8Array {
  const written = bytes.getBytes().slice();
  bytes.index = 0;
  return written;
}

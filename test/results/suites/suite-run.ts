import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Judgement } from '../../../domain/judging/judgement.ts';
import type { Row } from '../../../domain/row.ts';
import type { RunSpec } from '../../../domain/run-spec.ts';
import { artifactOf, failedRow, sampleRow, sampleRun, sampleSpec } from '../sample-run.ts';
import { sampleStores } from '../sample-stores.ts';

/** An ended question: what the model said, or null where it failed. */
export type Ended = Partial<Row> & { readonly id: string; readonly said: string | null };

/** A run over a data set of a format, with rows and replies, and a folder to write to. */
export async function suiteRun(format: string, ended: readonly Ended[], datasetId = 'sample') {
  const base = sampleSpec('uniform', 'suite-1');
  const media = { kind: 'videos', folder: 'DATAS/videos', extract: { count: 8 } } as const;
  const spec: RunSpec = { ...base, dataset: { ...base.dataset, format, datasetId, media } };
  const rows = ended.map(({ id, said, ...changes }): Row => {
    if (said === null) return failedRow(id, 'timeout', { answer: null, ...changes });
    const reply_artifact = artifactOf(said);
    const open = changes.options?.length === 0;
    const answered = open ? { outcome: 'answered', answer: said, answer_text: said } : {};
    return sampleRow(
      id,
      open ? null : said.replaceAll(/[^A-Z]/g, '') || null,
      { reply_artifact, ...(answered as Partial<Row>), ...changes },
      spec,
    );
  });
  const texts = ended.flatMap(({ said }) => said ?? []);
  const directory = await mkdtemp(join(tmpdir(), 'videoqa-suite-'));
  return {
    sources: sampleStores({ rows, texts }),
    run: sampleRun(spec),
    rows,
    directory,
    /** The content of a file that was written. */
    read: async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(join(directory, name), 'utf8')),
    /** All files that were written, without hidden ones. */
    written: async (): Promise<string[]> => {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
        .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
        .toSorted();
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** What a judge said, as it stands in a row. */
export function judgement(changes: Partial<Judgement>): Judgement {
  return {
    judge: 'gpt-judge-1a2b3c4d',
    contract: 'yes-no-score',
    dimension: null,
    item_ids: ['q1'],
    verdict: null,
    score: null,
    state: 'judged',
    failure_class: null,
    artifact: null,
    response_model: null,
    ...changes,
  };
}

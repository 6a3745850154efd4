import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Libsql from 'libsql';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openFileBlobStore } from '../../../adapters/blobs/file-blob-store.ts';
import { firstTables } from '../../../adapters/database/migrations/0001-first-tables.ts';
import { mediaTables } from '../../../adapters/database/migrations/0002-media.ts';
import { openDatabase, type Database } from '../../../adapters/database/open-database.ts';
import type { Item } from '../../../domain/item.ts';
import type { Outcome } from '../../../domain/outcome.ts';
import { freezeItems } from '../../../domain/frozen-items.ts';
import { goldOfVideos } from '../../../domain/row-tally.ts';
import type { Row } from '../../../domain/row.ts';
import { noUsage } from '../../../domain/money/usage.ts';
import { summariseRun } from '../../../results/summarise.ts';
import { summariseTallies } from '../../../results/summarise-tallies.ts';
import { judgingSpec } from '../../support/judging.ts';
import { sampleItems, sampleRow, sampleRun, sampleSpec } from './sample-run.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videoqa-counters-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const databasePath = () => join(directory, 'state.db');
const blobs = () => openFileBlobStore(join(directory, 'blobs'));
const open = () => openDatabase(`file:${databasePath()}`, blobs());

const counted = `select outcome, failure_class, degraded, items from run_counters
  where items > 0 order by outcome, failure_class, degraded`;
const scanned = `select coalesce(outcome, '') as outcome, coalesce(failure_class, '') as
  failure_class, degraded, count(*) as items from items group by 1, 2, 3 order by 1, 2, 3`;

function read(query: string): unknown[] {
  const raw = new Libsql(databasePath());
  const found = raw.prepare(query).all();
  raw.close();
  return found;
}

const items = (count: number): Item[] =>
  sampleItems(count).map(({ itemId, videoId }, n) => ({
    itemId,
    videoIds: [videoId],
    question: 'What happens?',
    options: n % 5 === 0 ? [] : [{ letter: 'A', text: 'a fall' }],
    gold: n % 7 === 0 ? null : 'A',
    goldSpans: [{ startSeconds: 1, endSeconds: 2 }],
    categories: {},
    source: {},
  }));

/** A row as the numbers of a seeded draw would have it. */
function drawnRow(item: Item, drive: number, draw: number): Row {
  const outcomes: Outcome[] = ['answered', 'unparsed', 'failed', 'skipped', 'cancelled'];
  const outcome = outcomes[draw % 5]!;
  const timeSeconds = draw % 3;
  const frame = { video_id: 'v0', frame_id: 1, time_s: timeSeconds, box: null, tile: null };
  const isScored = item.options.length > 0 && item.gold !== null && outcome === 'answered';
  const { options, goldSpans } = item;
  return sampleRow(item.itemId, drive, outcome, {
    video_ids: item.videoIds,
    options,
    gold: item.gold,
    gold_spans: goldSpans,
    correct: isScored ? draw % 2 === 0 : null,
    degraded: draw % 4 === 0,
    shown: draw % 6 === 0 ? [] : [frame],
    failure:
      outcome === 'failed'
        ? { class: draw % 2 === 0 ? 'timeout' : 'quota', step: 'answer', message: '', attempts: 1 }
        : null,
  });
}

async function workOff(database: Database, all: readonly Item[]): Promise<void> {
  const { runs } = database;
  let draw = 1;
  const next = (): number => (draw = (draw * 16_807) % 2_147_483_647);
  await runs.openDrive('r1', { kind: 'unfinished' });
  for (let drive = 1; drive <= 6; drive += 1) {
    const some = all.filter(() => next() % 2 === 0);
    await runs.recordRows(
      'r1',
      drive,
      some.map((item) => drawnRow(item, drive, next())),
    );
    await runs.recordRows('r1', drive - 1, [drawnRow(all[0]!, drive - 1, next())]);
    await runs.recordRows('r1', drive, [drawnRow(some[0]!, drive, next())]);
    await runs.closeDrive('r1', drive);
    const filter = drive % 2 === 0 ? { classes: ['timeout' as const] } : {};
    await runs.openDrive('r1', { kind: 'retry', filter });
  }
}

const isOpen = ({ options, gold }: Item): boolean => options.length === 0 && gold !== null;

async function judgeOne({ judgements }: Database, itemId: string): Promise<void> {
  const kind = { contract: 'yes-no-score', dimension: null, kind: 'item' } as const;
  const one = { ...kind, judge: 'judge-1@00000000', itemId, sample: 0, partnerId: null, drive: 9 };
  const judging = await judgements.open('r1', 'w');
  await judgements.takeUp('r1', judging, [one], false);
  const [pending] = await judgements.pending('r1', judging, 0, 1);
  await judgements.begin(pending!.id, judging);
  await judgements.finish(pending!.id, judging, {
    state: 'judged',
    verdict: 'yes',
    score: 4,
    artifact: null,
    responseModel: null,
    failureClass: null,
    usage: noUsage,
  });
}

test('counters say after every kind of change what a scan of the items says', async () => {
  const database = await open();
  const all = items(40);
  await database.runs.create(sampleRun('r1'), sampleItems(40));

  await workOff(database, all);

  await database.close();
  expect(read(counted)).toEqual(read(scanned));
  expect(read(counted).length).toBeGreaterThan(3);
});

test('a summary from tallies is the summary from rows', async () => {
  const database = await open();
  const all = items(40);
  const hash = await blobs().put(freezeItems(all));
  const spec = sampleSpec('r1');
  const judging = judgingSpec();
  const dataset = { ...spec.dataset, hash };
  const run = { ...sampleRun('r1'), spec: { ...spec, dataset, judging } };
  await database.runs.create(run, sampleItems(40), goldOfVideos(all));

  await workOff(database, all);
  await database.runs.closeDrive('r1', 7);
  await judgeOne(database, all.find(isOpen)!.itemId);

  const record = (await database.runs.get('r1'))!;
  const fromRows = await summariseRun({ runs: database.runs, blobs: blobs() }, record, null);
  const sources = { runs: database.runs, blobs: blobs() };
  const fromTallies = (await summariseTallies(sources, record, null))!;
  const { accuracy, usage } = fromRows.summary;
  expect(fromTallies).toEqual({
    ...fromRows.summary,
    accuracy: {
      ...accuracy,
      overScheduled: expect.closeTo(accuracy!.overScheduled, 12),
      ci95: accuracy!.ci95.map((end) => expect.closeTo(end, 12)),
    },
    usage: {
      ...usage,
      paid_usd: expect.closeTo(usage.paid_usd!, 9),
      list_usd: expect.closeTo(usage.list_usd!, 9),
    },
  });
  expect(fromTallies.retrieval!.items).toBeGreaterThan(10);
  const scheduled = all.filter(isOpen).length;
  expect(fromTallies.judges).toMatchObject([
    { judged: 1, yes: 1, accuracy: 1, scheduled, overScheduled: 1 / scheduled },
  ]);
  await database.close();
});

test('a run of an earlier version gets its counters when the database is opened', async () => {
  const raw = new Libsql(databasePath());
  raw.exec(
    'create table schema_migrations (version integer primary key, name text, applied_at integer)',
  );
  for (const { statements, version, name } of [firstTables, mediaTables]) {
    for (const statement of statements) raw.exec(statement);
    raw.exec(`insert into schema_migrations values (${version}, '${name}', 0)`);
  }
  const columns = 'run_id, item_id, sample, position, ordinal, workflow_key, video_id, outcome';
  raw.exec(`insert into items (${columns}) values ('r1', 'a', 0, 0, 0, 'a', 'v', 'answered'),
    ('r1', 'b', 0, 1, 1, 'b', 'v', null), ('r1', 'c', 0, 2, 2, 'c', 'v', null)`);
  raw.close();

  const database = await open();

  expect(await database.runs.counts('r1')).toMatchObject({ scheduled: 3, answered: 1, pending: 2 });
  expect(await database.runs.tallies('r1')).toEqual([]);
  await database.close();
});

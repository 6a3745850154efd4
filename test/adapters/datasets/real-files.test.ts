import { execFileSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inspectDataset } from '../../../adapters/datasets/inspect-dataset.ts';
import { formatNames } from '../../../adapters/datasets/load-formats.ts';
import { annotationsFolder, hasAnnotations } from '../../support/dataset-files.ts';

type Counts = Readonly<Record<string, number>>;
type FileTraps =
  { readonly companion: true } | { readonly records: number; readonly traps: Counts };

/** The formats that read a file, and what else of the folder they read with it. */
type RealFile = {
  readonly file: string;
  readonly formats: readonly string[];
  readonly together?: readonly string[];
};

const mlvuTasks = [
  '1_plotQA',
  '2_needle',
  '3_ego',
  '4_count',
  '5_order',
  '6_anomaly_reco',
  '7_topic_reasoning',
  '8_sub_scene',
  '9_summary',
];
const consistency = ['Consistency_QA1', 'Consistency_QA2'].map(
  (name) => `ig-vlm-vcgbench/${name}.subset.csv`,
);

const files: readonly RealFile[] = [
  { file: 'activitynet-qa/test_q.subset.json', formats: ['activitynet-qa'] },
  { file: 'activitynet-qa/val_q.subset.json', formats: ['activitynet-qa'] },
  { file: 'egoschema/questions.617b469.subset.json', formats: ['egoschema'] },
  { file: 'ig-vlm/ActivityNet_QA.subset.csv', formats: ['activitynet-qa', 'igvlm'] },
  { file: 'ig-vlm/EgoSchema.subset.csv', formats: ['igvlm'] },
  { file: 'ig-vlm/IntentQA.subset.csv', formats: ['intentqa', 'igvlm'] },
  { file: 'ig-vlm/MSRVTT_QA.subset.csv', formats: ['msrvtt-qa', 'igvlm'] },
  { file: 'ig-vlm/MSVD_QA.subset.csv', formats: ['msvd-qa', 'igvlm'] },
  { file: 'ig-vlm/NExT_QA.subset.csv', formats: ['igvlm'] },
  { file: 'ig-vlm/STAR.subset.csv', formats: ['star', 'igvlm'] },
  { file: 'ig-vlm/TGIF_FrameQA.subset.csv', formats: ['tgif-qa', 'igvlm'] },
  { file: 'ig-vlm-vcgbench/Generic_QA.subset.csv', formats: ['vcgbench', 'igvlm'] },
  { file: 'ig-vlm-vcgbench/Temporal_QA.subset.csv', formats: ['vcgbench', 'igvlm'] },
  ...consistency.flatMap((file) => [
    { file, formats: ['vcgbench'], together: consistency },
    { file, formats: ['igvlm'] },
  ]),
  ...mlvuTasks.map((task) => ({ file: `mlvu/${task}.subset.json`, formats: ['mlvu'] })),
  { file: 'mvbench/mvbench.subset.json', formats: ['mvbench'] },
  { file: 'nextgqa/test.subset.csv', formats: ['nextgqa'] },
  { file: 'nextgqa/val.subset.csv', formats: ['nextgqa'] },
  { file: 'nextqa/test.subset.csv', formats: ['nextqa'] },
  { file: 'nextqa/val.subset.csv', formats: ['nextqa'] },
];
/** An early version without questions, which must not be imported by halves. */
const refused = { file: 'egoschema/questions.87ec57c.subset.json', format: 'egoschema' };

const known = await formatNames();
const counted = hasAnnotations ? countTraps() : {};

/** What the independent script counts. */
function countTraps(): Readonly<Record<string, FileTraps>> {
  const script = fileURLToPath(new URL('count-traps.mjs', import.meta.url));
  const printed = execFileSync(process.execPath, [script, annotationsFolder], { encoding: 'utf8' });
  return JSON.parse(printed) as Record<string, FileTraps>;
}

function expectedOf({ file, together = [file] }: RealFile): { records: number; traps: Counts } {
  const traps: Record<string, number> = {};
  let records = 0;
  for (const part of together.map((name) => counted[name])) {
    if (part === undefined || 'companion' in part) throw new Error(`${file} was not counted`);
    records += part.records;
    for (const [kind, count] of Object.entries(part.traps))
      traps[kind] = (traps[kind] ?? 0) + count;
  }
  return { records, traps };
}

async function inspect(file: string, format: string) {
  const inspection = await inspectDataset({ format, path: join(annotationsFolder, file) });
  const kinds: Record<string, number> = {};
  for (const { kind, count } of inspection.problems) kinds[kind] = (kinds[kind] ?? 0) + count;
  return { inspection, kinds };
}

describe.skipIf(!hasAnnotations)('the real annotation files (skipped where they are not)', () => {
  const cases = files.flatMap((entry) => entry.formats.map((format) => ({ ...entry, format })));

  for (const entry of cases) {
    const { file, format } = entry;
    it.skipIf(!known.includes(format))(`${format} finds in ${file} what was counted`, async () => {
      const { records, traps } = expectedOf(entry);

      const { inspection, kinds } = await inspect(file, format);

      expect(inspection.items).toBe(records);
      expect(kinds).toEqual(traps);
      expect(inspection.problems.filter(({ severity }) => severity === 'fatal')).toEqual([]);
    });
  }

  it.skipIf(!known.includes(refused.format))(
    `${refused.format} refuses ${refused.file}, all of it`,
    async () => {
      const { traps } = expectedOf({ file: refused.file, formats: [] });

      const { inspection, kinds } = await inspect(refused.file, refused.format);

      expect(inspection.items).toBe(0);
      expect(kinds).toEqual(traps);
      expect(inspection.problems).toMatchObject([{ kind: 'missing_column', severity: 'fatal' }]);
    },
  );

  it('leave none out', () => {
    const read = [...files.map(({ file }) => file), refused.file];
    const left = Object.entries(counted).filter(
      ([file, traps]) => !('companion' in traps) && !read.includes(file),
    );

    expect(left.map(([file]) => basename(file))).toEqual([]);
  });
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { QuestionDraft } from '../../../adapters/datasets/format.ts';
import { loadFormat } from '../../../adapters/datasets/load-formats.ts';
import { createAssembler } from '../../../adapters/datasets/assemble-items.ts';
import { annotationsFolder, hasAnnotations } from '../../support/dataset-files.ts';

const realFile = (name: string): string => join(annotationsFolder, name);

/** What two formats of one set must agree on, by the id of the question. */
type Facts = {
  readonly video: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly gold: string | null;
};

async function facts(drafts: AsyncIterable<QuestionDraft>): Promise<ReadonlyMap<string, Facts>> {
  const assemble = createAssembler({ ids: 'unique' }, () => {});
  const byId = new Map<string, Facts>();
  for await (const draft of drafts) {
    const item = assemble(draft)?.item;
    if (item === undefined) continue;
    const { itemId, videoIds, question, options, gold } = item;
    const [video = ''] = videoIds;
    byId.set(itemId, { video, question, options: options.map(({ text }) => text), gold });
  }
  return byId;
}

const refuse = (problem: unknown): never => {
  throw new Error(`unexpected problem ${JSON.stringify(problem)}`);
};

async function factsOf(format: string, name: string, note: (problem: unknown) => void = refuse) {
  const { read } = await loadFormat(format);
  return facts(read({ path: realFile(name), note, mapping: null }));
}

const factsOfIgvlm = (set: string) => factsOf('igvlm', `ig-vlm/${set}.subset.csv`);

/** The source files hold the same questions, the kept parts of them need not. */
function shared<Value>(
  left: ReadonlyMap<string, Value>,
  right: ReadonlyMap<string, Value>,
): string[] {
  return [...left.keys()].filter((id) => right.has(id));
}

const pick = <Value>(from: ReadonlyMap<string, Value>, ids: readonly string[]): Value[] =>
  ids.map((id) => from.get(id)!);

describe.skipIf(!hasAnnotations)('two formats of one set (skipped without the real files)', () => {
  it('NExT-QA val and the table of IG-VLM agree item by item', async () => {
    const own = await factsOf('nextqa', 'nextqa/val.subset.csv');
    const other = await factsOfIgvlm('NExT_QA');
    const ids = shared(own, other);

    expect(ids).toHaveLength(4790);
    expect(pick(other, ids)).toEqual(pick(own, ids));
  });

  it.each([
    // Here one option was mended: "pat dog" became the answer "pull out the needle".
    ['val', 3215, ['7987845241_6']],
    // One more has an answer that two of its options have.
    ['test', 5428, []],
  ])('NExT-GQA %s asks questions of NExT-QA', async (split, count, mended) => {
    const all = await factsOf('nextqa', `nextqa/${split}.subset.csv`);
    const grounded = await factsOf('nextgqa', `nextgqa/${split}.subset.csv`, () => {});
    const ids = shared(grounded, all);

    expect([ids.length, grounded.size]).toEqual([count, count]);
    expect(ids.filter((id) => !isDeepStrictEqual(grounded.get(id), all.get(id)))).toEqual(mended);
    expect(ids.every((id) => grounded.get(id)?.gold === all.get(id)?.gold)).toBe(true);
  });

  it("EgoSchema's answers are those of the table of IG-VLM", async () => {
    const file = realFile('egoschema/subset_answers.subset.json');
    const answers = new Map(Object.entries(JSON.parse(await readFile(file, 'utf8'))));
    const table = await factsOfIgvlm('EgoSchema');
    const ids = shared(answers, table);

    expect(ids).toHaveLength(350);
    expect(pick(table, ids).map(({ gold }) => 'ABCDE'.indexOf(gold ?? ''))).toEqual(
      pick(answers, ids),
    );
  });

  it('IntentQA and NExT-QA val agree where both ask a question', async () => {
    const byQuestion = (set: ReadonlyMap<string, Facts>) =>
      new Map([...set.values()].map((each) => [`${each.video} ${each.question}`, each]));
    const all = byQuestion(await factsOf('nextqa', 'nextqa/val.subset.csv'));
    const intent = byQuestion(await factsOf('intentqa', 'ig-vlm/IntentQA.subset.csv'));
    const questions = shared(intent, all);

    expect(questions).toHaveLength(276);
    expect(pick(intent, questions)).toEqual(pick(all, questions));
  });
});

import { parseAnswer } from '../../domain/replies/answer-parsing.ts';
import { sha256Hex } from '../../domain/hashing.ts';
import type { ImportedResult } from '../../domain/imported-run.ts';
import type { AnswerOption, Item } from '../../domain/item.ts';
import {
  highestScore,
  type JudgeContract,
  type JudgeDimension,
} from '../../domain/judging/judge-contract.ts';
import type { Judgement } from '../../domain/judging/judgement.ts';
import { dimensionNames, vcgTasks } from '../../domain/suites/pllava-names.ts';
import { parseWholeReply } from '../../domain/replies/whole-reply.ts';
import {
  isUnreadable,
  type PllavaResult,
  type PllavaSuite,
  questionsOf,
  videoOf,
} from './pllava-record.ts';

/** What one judge left in a record. */
export type JudgedResult = { readonly judge: string; readonly record: PllavaResult };

/** Makes results of records; ids are made of what is asked about which video, whoever wrote them. */
export function createItemMaker(suite: PllavaSuite) {
  const taken = new Map<string, number>();
  const unique = (id: string): string => {
    const count = (taken.get(id) ?? 0) + 1;
    taken.set(id, count);
    return count === 1 ? id : `${id}#${count}`;
  };
  return (record: PllavaResult, judged: readonly JudgedResult[]): ImportedResult[] => {
    const id = unique(idOf(record));
    if (record.task_type === 'consistency_qa') return pairOf(record, id, judged);
    const item = itemOf(suite, record, id);
    return [resultOf(item, record.pred, isUnreadable(record), judgementsOf(judged, [id]))];
  };
}

function idOf(record: PllavaResult): string {
  const { task_type: task } = record;
  const video = videoOf(record);
  const stem = video.slice(video.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
  const asked = sha256Hex(JSON.stringify([video, questionsOf(record)[0]]));
  return `${task}_${stem}_${asked.slice(0, 8)}`;
}

function itemOf(suite: PllavaSuite, record: PllavaResult, itemId: string): Item {
  const common = {
    itemId,
    videoIds: [
      videoOf(record)
        .replace(/^DATAS\//, '')
        .replace(/\.[^./]*$/, ''),
    ],
    goldSpans: [],
    source: record,
  };
  if (suite === 'mvbench') return { ...common, ...choiceOf(record) };
  const question = record.question ?? record.query ?? '';
  const gold = (suite === 'recaption' ? record.caption : record.gt) ?? null;
  const open = { ...common, question, options: [], gold, categories: labelsOf(suite, record) };
  return suite === 'recaption' ? { ...open, task: 'caption' } : open;
}

function labelsOf(suite: PllavaSuite, { task_type: task }: PllavaResult): Item['categories'] {
  if (suite === 'vcgbench') return { dimension: [...(vcgTasks[task] ?? [])] };
  return suite === 'videoqa' ? { set: [task] } : {};
}

/** The parts of MVBench's wording, and the letter of the right option. */
function choiceOf(
  record: PllavaResult,
): Pick<Item, 'question' | 'options' | 'gold' | 'categories'> {
  const [head = '', tail = ''] = (record.question ?? '').split(/\nOptions:\n?/, 2);
  const options = tail.split(/\n(?=\([A-Z]\) )/).flatMap((line): AnswerOption[] => {
    const [, letter, text] = /^\(([A-Z])\) ?(.*)$/s.exec(line) ?? [];
    return letter === undefined ? [] : [{ letter, text: text ?? '' }];
  });
  const said = /^\(([A-Z])\)/.exec(record.gt ?? '')?.[1];
  return {
    question: head.replace(/^Question: /, ''),
    options,
    gold: options.some(({ letter }) => letter === said) ? (said ?? null) : null,
    categories: isUnreadable(record) ? {} : { task_type: [record.task_type] },
  };
}

/** Both answers of a consistency pair, each with its own question. */
function pairOf(
  record: PllavaResult,
  pair: string,
  judged: readonly JudgedResult[],
): ImportedResult[] {
  const questions = questionsOf(record);
  const ids = [`${pair}/1`, `${pair}/2`];
  const judgements = judgementsOf(judged, ids);
  return [record.pred, record.pred1 ?? ''].map((prediction, index) => {
    const item = itemOf('vcgbench', { ...record, question: questions[index]! }, ids[index]!);
    const labels = { ...item.categories, pair: [pair] };
    const half = { ...item, categories: labels, source: record };
    // The judgement of a pair stands with its first half alone, so that it counts once.
    return resultOf(half, prediction, false, index === 0 ? judgements : []);
  });
}

function resultOf(
  item: Item,
  said: string,
  isUnread: boolean,
  judgements: readonly Judgement[],
): ImportedResult {
  if (isUnread) {
    const failure = 'The video could not be read when these results were made';
    return { item, prediction: null, failure, parsed: null, judgements: [] };
  }
  const parsed = item.options.length > 0 ? parseAnswer(said, item.options) : parseWholeReply(said);
  return { item, prediction: said, failure: null, parsed, judgements };
}

/** A judge's reply that PLLaVA could not read is "no" and 0 in these files, and stays that. */
function judgementsOf(judged: readonly JudgedResult[], itemIds: readonly string[]): Judgement[] {
  return judged.flatMap(({ judge, record: { score, correct, scores } }) => {
    if (score != null) {
      const verdict = correct === true ? 'yes' : 'no';
      return judgementOf(judge, itemIds, { dimension: null, verdict, score });
    }
    return Object.entries(scores ?? {}).flatMap(([name, ofDimension]) => {
      const dimension = dimensionOf(name);
      return dimension === null
        ? []
        : judgementOf(judge, itemIds, { dimension, verdict: null, score: ofDimension });
    });
  });
}

/** A score that is none leaves no judgement. */
function judgementOf(
  judge: string,
  itemIds: readonly string[],
  said: Pick<Judgement, 'dimension' | 'verdict'> & { readonly score: number },
): Judgement {
  const { dimension, verdict, score } = said;
  const isScore = score >= 0 && score <= highestScore;
  return {
    judge,
    contract: contractOf(dimension),
    dimension,
    item_ids: itemIds,
    verdict: isScore ? verdict : null,
    score: isScore ? score : null,
    state: isScore ? 'judged' : 'unparsed',
    failure_class: null,
    artifact: null,
    response_model: null,
  };
}

function contractOf(dimension: JudgeDimension | null): JudgeContract {
  if (dimension === null) return 'yes-no-score';
  return dimension === 'CO' ? 'consistency' : 'score';
}

function dimensionOf(name: string): JudgeDimension | null {
  const found = Object.entries(dimensionNames).find(([, known]) => known === name);
  return (found?.[0] ?? null) as JudgeDimension | null;
}

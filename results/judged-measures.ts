import type { JudgeContract, JudgeDimension } from '../domain/judging/judge-contract.ts';
import type { Row } from '../domain/row.ts';
import type { Observation } from '../domain/statistics.ts';

/** One measure of one judge: its verdicts (1 = yes) or its scores, item by item. */
export type JudgedMeasure = {
  readonly judge: string;
  readonly contract: JudgeContract;
  readonly dimension: JudgeDimension | null;
  readonly measure: 'accuracy' | 'score';
  readonly observations: ReadonlyMap<string, Observation>;
};

export type JudgedMeasures = {
  /** In the order of judges, contracts and dimensions. */
  readonly measures: readonly JudgedMeasure[];
  /** By judge, the models that the provider says replied. */
  readonly responseModels: ReadonlyMap<string, ReadonlySet<string>>;
};

/** Collects what judges say of rows; what stays in memory is one number per judgement and measure. */
export function collectJudgements() {
  const measures = new Map<string, JudgedMeasure & { observations: Map<string, Observation> }>();
  const responseModels = new Map<string, Set<string>>();
  const note = (about: Omit<JudgedMeasure, 'observations'>, row: Row, value: number): void => {
    const { judge, contract, dimension, measure } = about;
    const key = JSON.stringify([judge, contract, dimension, measure]);
    const known = measures.get(key) ?? { ...about, observations: new Map<string, Observation>() };
    measures.set(key, known);
    const cluster = row.video_ids[0] ?? '';
    known.observations.set(`${row.sample}/${row.item_id}`, { value, cluster });
  };
  return {
    add(row: Row): void {
      for (const {
        judge,
        contract,
        dimension,
        state,
        verdict,
        score,
        response_model,
      } of row.judgements) {
        const models = responseModels.get(judge) ?? new Set();
        responseModels.set(judge, models);
        if (response_model !== null) models.add(response_model);
        if (state !== 'judged' || score === null) continue;
        const about = { judge, contract, dimension };
        if (verdict !== null)
          note({ ...about, measure: 'accuracy' }, row, Number(verdict === 'yes'));
        note({ ...about, measure: 'score' }, row, score);
      }
    },
    total: (): JudgedMeasures => ({
      measures: [...measures].toSorted(byKey).map(([, measure]) => measure),
      responseModels,
    }),
  };
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

import type { Judgement } from '../../domain/judging/judgement.ts';

/** What a judge said, valid and short. */
export function sampleJudgement(changes: Partial<Judgement> = {}): Judgement {
  return {
    judge: 'judge-1@00000000',
    contract: 'yes-no-score',
    dimension: null,
    item_ids: ['q1'],
    verdict: 'yes',
    score: 4,
    state: 'judged',
    failure_class: null,
    artifact: 'a'.repeat(64),
    response_model: 'judge-1',
    ...changes,
  };
}

/** A score in one of Video-ChatGPT's dimensions. */
export function scored(dimension: 'CI' | 'DO' | 'CU' | 'TU' | 'CO', score: number): Judgement {
  const contract = dimension === 'CO' ? 'consistency' : 'score';
  return sampleJudgement({ contract, dimension, verdict: null, score });
}

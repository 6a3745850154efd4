import { type CalibrationRecord, readCalibration } from '../domain/judging/calibration.ts';
import type { JudgeContract, JudgeDimension } from '../domain/judging/judge-contract.ts';
import { truncatedScore } from '../domain/judging/judgement.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';
import type { JudgementRecord, JudgementStore } from '../domain/stores/judgement-store.ts';
import type { RunRecord } from '../domain/stores/run-store.ts';

/** How far a judge agrees with judgements that are known. */
export type JudgeAgreement = {
  readonly judge: string;
  readonly contract: JudgeContract;
  readonly dimension: JudgeDimension | null;
  /** Records of the calibration set for this contract and dimension. */
  readonly records: number;
  readonly judged: number;
  readonly unparsed: number;
  readonly failed: number;
  /** Verdicts that are the known ones, of those judged; null where none was asked for. */
  readonly sameVerdicts: number | null;
  /** Scores that are the known ones when both are cut to whole numbers, of those judged. */
  readonly sameScores: number;
  /** Over those judged; null without any. */
  readonly meanAbsoluteDifference: number | null;
};

/** Holds the judges of a run against its calibration set; empty where it has none. */
export async function judgeAgreement(
  sources: {
    readonly judgements: Pick<JudgementStore, 'calibrations'>;
    readonly blobs: Pick<BlobStore, 'get'>;
  },
  { runId, spec }: Pick<RunRecord, 'runId' | 'spec'>,
): Promise<JudgeAgreement[]> {
  const { judging } = spec;
  if (judging === undefined || judging.calibrationArtifact === null) return [];
  const content = await sources.blobs.get(judging.calibrationArtifact);
  const records = readCalibration(new TextDecoder().decode(content)).filter(({ contract }) =>
    judging.contracts.includes(contract),
  );
  const found = await sources.judgements.calibrations(runId);
  const kinds = new Map(
    records.map((record) => [`${record.contract} ${record.dimension}`, record]),
  );
  return judging.judges.flatMap(({ judge }) =>
    [...kinds.values()].map(({ contract, dimension }) => ({
      judge,
      contract,
      dimension,
      ...agreementOf(
        records.filter((record) => record.contract === contract && record.dimension === dimension),
        found.filter((judgement) => judgement.judge === judge),
      ),
    })),
  );
}

function agreementOf(
  records: readonly CalibrationRecord[],
  judgements: readonly JudgementRecord[],
): Omit<JudgeAgreement, 'judge' | 'contract' | 'dimension'> {
  const byHash = new Map(judgements.map((judgement) => [judgement.itemId, judgement]));
  const all = records.flatMap((known) => {
    const said = byHash.get(known.hash);
    return said === undefined ? [] : { known, said };
  });
  const inState = (state: JudgementRecord['state']) =>
    all.filter(({ said }) => said.state === state);
  const judged = inState('judged');
  const asksVerdict = records.some(({ verdict }) => verdict !== null);
  const difference = judged.reduce(
    (sum, { known, said }) => sum + Math.abs(known.score - (said.score ?? 0)),
    0,
  );
  const isSameScore = ({ known, said }: (typeof all)[number]) =>
    truncatedScore(known.score) === truncatedScore(said.score ?? -1);
  return {
    records: records.length,
    judged: judged.length,
    unparsed: inState('unparsed').length,
    failed: inState('failed').length,
    sameVerdicts: asksVerdict
      ? judged.filter(({ known, said }) => known.verdict === said.verdict).length
      : null,
    sameScores: judged.filter(isSameScore).length,
    meanAbsoluteDifference: judged.length === 0 ? null : difference / judged.length,
  };
}

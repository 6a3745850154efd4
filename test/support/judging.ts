import type { JudgeContract } from '../../domain/judging/judge-contract.ts';
import type { ChatModelSpec, JudgingSpec } from '../../domain/run-spec.ts';
import { chatModel } from './model-specs.ts';

/** Who judges a run: one judge by verdicts, unless the test says otherwise. */
export function judgingSpec({
  judges = ['judge-1@00000000'],
  contracts = ['yes-no-score'],
  calibrationArtifact = null,
  model = chatModel({ model: 'judge-1' }),
}: {
  readonly judges?: readonly string[];
  readonly contracts?: readonly JudgeContract[];
  readonly calibrationArtifact?: string | null;
  readonly model?: ChatModelSpec;
} = {}): JudgingSpec {
  return { judges: judges.map((judge) => ({ judge, model })), contracts, calibrationArtifact };
}

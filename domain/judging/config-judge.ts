import { z } from 'zod';
import { answerModelSchema } from '../config/config-models.ts';
import { judgeContracts } from './judge-contract.ts';

const judgeModelSchema = answerModelSchema.extend({
  maxTokens: z.int().min(1).default(1024).describe('A judgement is short; a thought is not'),
});

/** `models.judge`: one model, or several that all judge. */
export const judgeModelsSchema = z
  .union([judgeModelSchema.transform((model) => [model]), z.array(judgeModelSchema).min(1)])
  .describe('Judges open-ended answers when the run has ended; a list = several judges');

const contractSchema = z.enum(judgeContracts);

/** `judge`: what the judges are asked for. */
export const judgeSchema = z.strictObject({
  contract: z
    .union([contractSchema.transform((contract) => [contract]), z.array(contractSchema).min(1)])
    .describe(
      'yes-no-score: right or not, and 0 to 5; score: 0 to 5 for each label of the category ' +
        '`dimension`; consistency: 0 to 5 for two answers with one label `pair`; or a list',
    ),
  calibration: z
    .string()
    .min(1)
    .optional()
    .describe('JSON Lines of answers with known judgements; the agreement is reported'),
});

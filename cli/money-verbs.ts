import type { AddVerb } from './add-verb.ts';

const json = ['--json', 'print JSON on standard output'] as const;

/** Adds the verbs about what runs cost. */
export function addMoneyVerbs(verb: AddVerb): void {
  verb(
    'plan <config>',
    'run a pilot, say what the whole run will cost and take, and go on if told to',
    async ([config], options) => (await import('./commands/plan.ts')).plan(config!, options),
  )
    .option('--items <n>', 'items of the pilot, spread over categories and videos', '20')
    .option('--yes', 'go on with the run without asking')
    .option(...json);
  verb('cost [run]', 'spend by step, model and account; calls in doubt', async ([run], options) =>
    (await import('./commands/cost.ts')).cost(run ?? null, options),
  ).option(...json);
}

import type { AddVerb } from './add-verb.ts';

const json = ['--json', 'print JSON on standard output'] as const;

/** Adds the verbs about what runs cost. */
export function addMoneyVerbs(verb: AddVerb): void {
  verb('cost [run]', 'spend by step, model and account; calls in doubt', async ([run], options) =>
    (await import('./commands/cost.ts')).cost(run ?? null, options),
  ).option(...json);
}

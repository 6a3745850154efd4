import type { AddVerb } from './add-verb.ts';

const json = ['--json', 'print JSON on standard output'] as const;

/** Adds the verbs about judged answers, and about runs side by side. */
export function addJudgeVerbs(verb: AddVerb): void {
  verb(
    'judge <run>',
    'have open-ended answers judged that are not yet; failed judgements are made again',
    async ([run], options) => (await import('./commands/judge.ts')).judge(run!, options),
  )
    .option('--unparsed', 'ask judges anew whose reply could not be read; this is paid again')
    .option('--stop', 'end the judging at work; judgements in flight finish and are kept')
    .option(...json);
  verb(
    'compare <baseline> <run> [others...]',
    'runs against the first one, item by item',
    async (runs, options) => (await import('./commands/compare.ts')).compare(runs, options),
  )
    .option('--other-judge', 'compare judgements although different judges made them')
    .option(...json);
}

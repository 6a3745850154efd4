import { readFile, writeFile } from 'node:fs/promises';
import type { ConfigInput } from '../../domain/config/config.ts';
import type { RunSummary } from '../../domain/summary.ts';
import type { Finding, PartOptions } from './part.ts';
import { drawKills } from './soak-part.ts';
import { killAgainAndAgain, openSoak, soak } from './soak.ts';
import { type Violation, violated } from './violation.ts';

/** Of what the whole run costs. */
const capShare = 0.5;
/** A cap may be overspent by this share of itself. */
const overspendShare = 0.005;

/**
 * A run that may spend half of what it needs, killed again and again: it stops within its budget,
 * and goes on to its end when the budget is raised.
 */
export async function* budgetPart(options: PartOptions): AsyncGenerator<Finding> {
  const whole = await soak({ ...options, faultRate: 0, kills: [] });
  yield { name: 'without a budget', violations: whole.violations, figures: whole };
  const capUsd = whole.billUsd * capShare;
  const kills = drawKills(options);
  // The moments of the kills are drawn from the items that the budget allows.
  const capped = { ...options, items: Math.floor(options.items * capShare), kills };
  const scene = await openSoak({ ...options, faultRate: 0, kills, budgetUsd: capUsd });
  try {
    const { kills: killed, end } = await killAgainAndAgain(capped, scene);
    const inFlight = killed.map((kill) => kill.inFlight);
    const { costUsd: billUsd } = await scene.provider.totals();
    yield {
      name: `a budget of ${capShare * 100} %, ${killed.length} kills`,
      violations: [
        ...endsWith(5, end),
        ...violated(
          'the bill stays within the budget',
          billUsd <= capUsd * (1 + overspendShare) ? [] : [`${billUsd} of ${capUsd} USD`],
        ),
        ...(await scene.check(inFlight, 'stopped')),
      ],
      figures: { capUsd, billUsd, usedShare: billUsd / capUsd, kills: killed.length },
    };
    await raiseBudget(scene.config, whole.billUsd * 2);
    const raised = await scene.start().ended;
    const { counts, failures } = JSON.parse(raised.stdout || '{}') as Partial<RunSummary>;
    yield {
      name: 'the budget raised',
      violations: [
        ...endsWith(0, raised),
        ...violated(
          'every item is answered',
          counts?.answered === options.items ? [] : [JSON.stringify({ counts, failures })],
        ),
        ...(await scene.check(inFlight)),
      ],
      figures: { billUsd: (await scene.provider.totals()).costUsd, wholeUsd: whole.billUsd },
    };
  } finally {
    await scene.close();
  }
}

function endsWith(code: number, end: { code: number | null; stderr: string }): Violation[] {
  const evidence = end.code === code ? [] : [`${end.code}: ${end.stderr.slice(-2000)}`];
  return violated(`the command ends with ${code}`, evidence);
}

async function raiseBudget(configFile: string, budgetUsd: number): Promise<void> {
  const config = JSON.parse(await readFile(configFile, 'utf8')) as ConfigInput;
  await writeFile(configFile, JSON.stringify({ ...config, run: { ...config.run, budgetUsd } }));
}

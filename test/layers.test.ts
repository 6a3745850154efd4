import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'videoqa-layers-'));
  cpSync(join(root, '.oxlintrc.json'), join(copy, '.oxlintrc.json'));
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** What the linter says of one import in one folder. */
function complaintAbout(folder: string, statement: string): string {
  mkdirSync(join(copy, folder), { recursive: true });
  const file = join(folder, 'broken.ts');
  writeFileSync(join(copy, file), `${statement}\n`);
  try {
    const oxlint = join(root, 'node_modules', '.bin', 'oxlint');
    return execFileSync(oxlint, [file], { cwd: copy, encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe('a broken layer rule is refused with a message that says what to do', () => {
  it.each([
    [
      'domain',
      "export { openDatabase } from '../adapters/database/open-database.ts';",
      'domain is the leaf',
    ],
    ['domain', "export { readFile } from 'node:fs/promises';", 'Put this into adapters'],
    ['domain', "export { Context } from '@temporalio/activity';", 'domain knows no Temporal'],
    ['workflows', "export { createPlanActivities } from '../activities/plan.ts';", 'as types only'],
    ['workflows', "export { readFile } from 'node:fs/promises';", 'Do this in an activity'],
    ['workflows', "export { z } from 'zod';", 'Keep zod out of the workflow bundle'],
    [
      'workflows',
      "export { sendChat } from '../adapters/models/send-chat.ts';",
      'Do the work in an activity',
    ],
    [
      'activities',
      "export { sendChat } from '../adapters/models/send-chat.ts';",
      'workers/ hands it in',
    ],
    [
      'activities',
      "export { Worker } from '@temporalio/worker';",
      'Activities use @temporalio/activity alone',
    ],
    ['adapters', "export { Client } from '@temporalio/client';", 'Adapters never import Temporal'],
    ['adapters', "export { createPaidCall } from '../activities/paid-call.ts';", 'fit an activity'],
    [
      'client',
      "export { openDatabase } from '../adapters/database/open-database.ts';",
      'starts and steers runs',
    ],
    ['client', "export { evaluate } from '../workflows/evaluate.ts';", 'as types only'],
    [
      'results',
      "export { Client } from '@temporalio/client';",
      'results reads stores, never Temporal',
    ],
    ['workers', "export { startDrive } from '../client/start-drive.ts';", 'composition root'],
    [
      'cli',
      "export { createPaidCall } from '../activities/paid-call.ts';",
      'never workflows or activities',
    ],
    [
      'simulator',
      "export { openDatabase } from '../adapters/database/open-database.ts';",
      'imports domain only',
    ],
  ])('%s: %s', (folder, statement, message) => {
    expect(complaintAbout(folder, statement)).toContain(message);
  });

  it('lets types through where only types may go', () => {
    const statement =
      "import type { PlanActivities } from '../activities/plan.ts';\nexport type Plan = PlanActivities;";

    expect(complaintAbout('workflows', statement)).not.toContain('no-restricted-imports');
  });
});

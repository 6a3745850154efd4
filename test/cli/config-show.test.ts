import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runProgram } from '../../cli/program.ts';

let folder: string;
let printed: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-show-'));
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

it('names the flag, the line of the file, or the default behind each setting', async () => {
  const file = join(folder, 'run.yaml');
  await writeFile(
    file,
    [
      'name: shown',
      'dataset: { format: lvbench, path: meta.jsonl, frames: frames }',
      'models:',
      '  answer:',
      '    provider: openai',
      '    model: vlm',
      'strategy: { name: uniform }',
    ].join('\n'),
  );

  const code = await runProgram(['config', 'show', file, '-pp', '7', '--json']);

  const { settings } = JSON.parse(printed) as {
    settings: { setting: string; value: unknown; origin: string }[];
  };
  expect(code).toBe(0);
  expect(settings).toContainEqual({
    setting: 'models.answer.model',
    value: 'vlm',
    origin: `${file}:6`,
  });
  expect(settings).toContainEqual({
    setting: 'run.itemsInFlight',
    value: 7,
    origin: 'flag --pool-processes',
  });
  expect(settings).toContainEqual({ setting: 'strategy.topK', value: 8, origin: 'default' });
});

import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../../../domain/hashing.ts';
import { itemTasks } from '../../../domain/item.ts';
import { suiteNames, suiteOfFormat, suitePrompt } from '../../../domain/prompts/suite-prompts.ts';

const prompts = suiteNames.map(suitePrompt);

describe('the prompts of the suites', () => {
  it('have another version whenever they read otherwise, because they are part of what a run is', () => {
    const digests = prompts.map(
      (prompt) =>
        `${prompt.name}.${prompt.version} ${sha256Hex(canonicalJson(prompt)).slice(0, 8)}`,
    );

    expect(digests).toEqual([
      'mvbench.1 78914f6c',
      'videomme.1 b0606f7f',
      'longvideobench.1 753be23a',
      'mlvu.1 83bb6ae1',
      'nextqa.1 758aa4ed',
      'egoschema.1 3eb5cac1',
      'activitynet-qa.1 196e4c78',
      'videoqa.1 ba0d36ca',
      'vcgbench.1 5cc0425f',
      'recaption.1 e15e7850',
    ]);
  });

  it('each ask for something, of tasks that items have', () => {
    for (const { requests } of prompts) {
      expect(Object.keys(requests).length).toBeGreaterThan(0);
      for (const task of Object.keys(requests)) expect(itemTasks).toContain(task);
    }
  });

  it('name an option only through the item’s own letters', () => {
    for (const { requests } of prompts) {
      const { words = '' } = requests['multiple-choice'] ?? {};
      expect(words.replace(/\{(letters|first)\}/g, '')).not.toMatch(/[{}]|\([A-E]\)|\bA\b/);
    }
  });

  it.each([
    ['mvbench', 100],
    ['videoqa', 100],
    ['vcgbench', 100],
    ['recaption', 400],
    ['videomme', null],
  ] as const)('%s allows a reply %s tokens', (name, tokens) => {
    expect(suitePrompt(name).maxTokens).toBe(tokens);
  });

  it('ask for a bare letter where the suite scores letters, and for the option in MVBench’s own form', () => {
    for (const name of ['nextqa', 'egoschema', 'videomme', 'longvideobench'] as const)
      expect(suitePrompt(name).requests['multiple-choice']?.words).toMatch(/only the letter/);
    expect(suitePrompt('mvbench').requests['multiple-choice']?.words).toMatch(
      /only the best option.*\(\{first\}\)/,
    );
  });

  it('ask recaptioning for background, characters and actions, without colours and counts', () => {
    const words = suitePrompt('recaption').requests.caption?.words ?? '';

    for (const part of [/background/, /characters/, /what they do/, /no colours/, /no\s+numbers/])
      expect(words).toMatch(part);
  });
});

describe('suiteOfFormat', () => {
  it.each([
    ['mvbench', 'mvbench'],
    ['msvd-qa', 'videoqa'],
    ['tgif-qa', 'videoqa'],
    ['nextgqa', 'nextqa'],
    ['recaption', 'recaption'],
    ['lvbench', null],
    ['original', null],
    ['generic', null],
  ])('%s is asked as %s', (format, suite) => {
    expect(suiteOfFormat(format)).toBe(suite);
  });
});

import { describe, expect, it } from 'vitest';
import { auditVerdict } from './audit-verdict.ts';
import { isAllowed, type SupplyChain, supplyChainFaults } from './supply-chain-faults.ts';

const clean: SupplyChain = {
  manifest: { dependencies: { sharp: '0.35.5' }, allowScripts: { sharp: true } },
  locked: {
    '': {},
    'node_modules/sharp': { version: '0.35.5', license: 'MIT', hasInstallScript: true },
    'node_modules/a/node_modules/b': { resolved: 'https://registry.example/b.tgz', license: 'ISC' },
    'node_modules/tool': { dev: true, license: 'GPL-3.0-only' },
  },
  licenceOf: () => null,
  policy: { mostDirectDependencies: 2, licences: ['MIT', 'ISC'], licencesReadByHand: {} },
};
const faultsWith = (changes: Partial<SupplyChain>) => supplyChainFaults({ ...clean, ...changes });

describe('the supply chain', () => {
  it('has no fault where everything was judged', () => {
    expect(supplyChainFaults(clean)).toEqual([]);
  });

  it('refuses an install script that nobody judged, also of another version', () => {
    const manifest = { allowScripts: { 'sharp@0.35.4': true } };

    const faults = faultsWith({ manifest });

    expect(faults).toHaveLength(2);
    expect(faults[0]).toContain('sharp@0.35.5 has an install script');
    expect(faults[1]).toContain('allowScripts names sharp@0.35.4');
  });

  it('takes a script that was judged and must not run for judged', () => {
    expect(faultsWith({ manifest: { allowScripts: { 'sharp@0.35.5': false } } })).toEqual([]);
  });

  it.each(['git+ssh://host/a.git', 'github:a/b', 'a/b', 'https://host/a.tgz', 'file:../a'])(
    'refuses a dependency on %s',
    (range) => {
      const manifest = { ...clean.manifest, devDependencies: { a: range } };

      expect(faultsWith({ manifest })).toEqual([
        `a comes from ${range}; take it from the registry`,
      ]);
    },
  );

  it.each([{ resolved: 'git+ssh://host/a.git#1' }, { link: true }])(
    'refuses %j in the lock',
    (a) => {
      const locked = { ...clean.locked, 'node_modules/c': { license: 'MIT', ...a } };

      expect(faultsWith({ locked })).toHaveLength(1);
    },
  );

  it('counts direct dependencies', () => {
    const dependencies = { a: '1', b: '1', c: '1' };

    expect(faultsWith({ manifest: { ...clean.manifest, dependencies } })).toHaveLength(1);
  });

  it('believes the installed package before the lock, and refuses what states nothing', () => {
    expect(faultsWith({ licenceOf: () => 'AGPL-3.0-only' })).toHaveLength(2);
    expect(faultsWith({ locked: { 'node_modules/x': {} }, manifest: {} })).toEqual([
      'x states no licence; read its LICENSE file',
    ]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0-only)', true],
    ['MIT AND GPL-3.0-only', false],
    ['MIT AND (ISC OR GPL-3.0-only)', true],
    ['GPL-3.0-only OR GPL-2.0-only AND MIT', false],
    ['SEE LICENSE IN LICENSE', false],
    ['MIT ISC', false],
    ['', false],
  ])('reads the licence %j', (expression, allowed) => {
    expect(isAllowed(expression, new Set(['MIT', 'ISC']))).toBe(allowed);
  });
});

describe('the audit', () => {
  it.each([
    [{ high: 1 }, 'failed'],
    [{ critical: 2 }, 'failed'],
    [{ moderate: 3, low: 1 }, 'passed'],
    [{}, 'passed'],
  ])('of %j has %s', (vulnerabilities, state) => {
    expect(auditVerdict(JSON.stringify({ metadata: { vulnerabilities } })).state).toBe(state);
  });

  it('names the packages that fail it', () => {
    const report = {
      metadata: { vulnerabilities: { high: 1, low: 1 } },
      vulnerabilities: { bad: { severity: 'high' }, meh: { severity: 'low' } },
    };

    expect(auditVerdict(JSON.stringify(report)).message).toBe('audit failed: 1 grave: bad');
  });

  it.each([
    '',
    'no json',
    '{"message":"405 Method Not Allowed - POST https://x","statusCode":405}',
  ])('is skipped, and never passed, where the registry answers %j', (printed) => {
    expect(auditVerdict(printed).state).toBe('skipped');
  });
});

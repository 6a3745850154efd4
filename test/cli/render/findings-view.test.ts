import { expect, it } from 'vitest';
import { broken, passed } from '../../../cli/doctor/check.ts';
import { renderFindings } from '../../../cli/render/findings-view.ts';

it('puts the mending step under the check that failed, and counts', () => {
  const text = renderFindings([
    passed('key', 'A_KEY is set'),
    broken('embedding model', 'is not there', 'copy it'),
  ]);

  expect(text.split('\n')).toEqual([
    'ok      key              A_KEY is set',
    'FAILED  embedding model  is not there',
    '                         -> copy it',
    '1 of 2 checks failed',
  ]);
});

it('says that every check passed', () => {
  expect(renderFindings([passed('key', 'set')])).toContain('1 checks passed');
});

it('lets no control character of an error message through', () => {
  const text = renderFindings([
    broken('database', 'bad \u001b[31mfile\u0007', 'mend\u001b]0;x\u0007 it'),
  ]);
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(text).toContain('bad file');
});

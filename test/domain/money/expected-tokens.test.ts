import { expect, it } from 'vitest';
import { expectedTokens } from '../../../domain/money/expected-tokens.ts';

it('counts the text, the pictures and a part of what the reply may be', () => {
  const picture = { type: 'image', sha256: 'a', mediaType: 'image/jpeg' } as const;
  const request = {
    system: 'x'.repeat(400),
    repair: null,
    parts: [{ type: 'text', text: 'y'.repeat(800) } as const, picture, picture],
  };

  expect(expectedTokens(request, 4000)).toBe(300 + 2000 + 1000);
});

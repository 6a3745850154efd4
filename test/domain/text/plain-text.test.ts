import { describe, expect, it } from 'vitest';
import { plainText } from '../../../domain/text/plain-text.ts';

describe('plainText', () => {
  it.each([
    ['a colour', 'a\u001b[31mb\u001b[0m', 'ab'],
    ['a cleared screen', 'a\u001b[2J\u001b[Hb', 'ab'],
    ['a window title', 'a\u001b]0;title\u0007b', 'ab'],
    ['a link', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
    ['a command without an end, but not the text behind it', 'a\u001b]0;b\nc', 'a0;b\nc'],
    ['8-bit sequences', 'a\u009b31mb\u009d0;t\u009cc', 'abc'],
    ['a reset and a lone escape', 'a\u001bcb\u001b', 'ab'],
    ['bells, backspaces and carriage returns', 'a\u0007\b\rb', 'ab'],
    ['marks that turn the direction of text', 'a\u202eb\u2066c', 'abc'],
  ])('drops %s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it('keeps line breaks, tabs and every script', () => {
    const text = 'Où\tça\n为什么 🎬';

    expect(plainText(text)).toBe(text);
  });
});

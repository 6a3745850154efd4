import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLiveScreen } from '../../cli/live-screen.ts';

function terminal(rows: number) {
  const stream = Object.assign(new PassThrough(), { rows, columns: 80 });
  const written: string[] = [];
  stream.on('data', (chunk: Buffer) => written.push(chunk.toString()));
  return { stream, take: () => written.splice(0).join('') };
}

describe('createLiveScreen', () => {
  it('draws each text over the last one, line for line', () => {
    const { stream, take } = terminal(24);
    const screen = createLiveScreen(stream as never);

    screen.show('one\ntwo\nthree');
    expect(take()).toContain('one\ntwo\nthree\n');
    screen.show('four');
    expect(take()).toBe('\u001B[3A\r\u001B[0Jfour\n');
    screen.show('five');
    expect(take()).toBe('\u001B[1A\r\u001B[0Jfive\n');
    screen.done();
  });

  it('leaves out what a low terminal cannot show, so that it can be drawn over', () => {
    const { stream, take } = terminal(3);
    const screen = createLiveScreen(stream as never);

    screen.show('one\ntwo\nthree');
    expect(take()).toContain('\rtwo\nthree\n'.replace('\r', '\r\u001B[0J'));
    screen.done();
  });

  it('gives the cursor back, and draws below what it left', () => {
    const { stream, take } = terminal(24);
    const screen = createLiveScreen(stream as never);
    screen.show('one');
    take();

    screen.done();
    expect(take()).toBe('\u001B[?25h');
    screen.show('two');
    expect(take()).toBe('\u001B[?25l\r\u001B[0Jtwo\n');
    screen.done();
  });
});

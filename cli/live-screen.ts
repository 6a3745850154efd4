import { clearScreenDown, moveCursor } from 'node:readline';
import type { WriteStream } from 'node:tty';

/** A part of a terminal that is drawn again and again. */
export type LiveScreen = {
  /** Puts a text where the last one stood; lines above the terminal's height are left out. */
  show(text: string): void;
  /** Leaves the last text where it is; what follows comes below it. */
  done(): void;
};

const hideCursor = '\u001B[?25l';
const showCursor = '\u001B[?25h';

/** Draws on a terminal, from where its cursor stands; no line may be wider than the terminal. */
export function createLiveScreen(
  terminal: Pick<WriteStream, 'write' | 'rows' | 'columns'> & NodeJS.WritableStream,
): LiveScreen {
  let drawn = 0;
  let isOpen = false;
  const restore = (): void => void terminal.write(showCursor);
  return {
    show(text) {
      if (!isOpen) {
        terminal.write(hideCursor);
        process.once('exit', restore);
        isOpen = true;
      }
      const lines = text
        .trimEnd()
        .split('\n')
        .slice(-Math.max(1, (terminal.rows || 24) - 1));
      if (drawn > 0) moveCursor(terminal, 0, -drawn);
      terminal.write('\r');
      clearScreenDown(terminal);
      terminal.write(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
    done() {
      if (!isOpen) return;
      restore();
      process.off('exit', restore);
      drawn = 0;
      isOpen = false;
    },
  };
}

import { openStateFolder } from '../../workers/embedded/state-folder.ts';
import { downLeftOver } from '../../workers/embedded/down-left-over.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printNote } from '../output.ts';

/** `down`: stops the embedded server that a killed process left, or asks its live holder to stop. */
export async function down(): Promise<ExitCode> {
  const { message } = await downLeftOver(await openStateFolder(process.env));
  printNote(message);
  return exitCodes.done;
}

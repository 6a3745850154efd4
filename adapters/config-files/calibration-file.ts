import { readFile } from 'node:fs/promises';
import { CalibrationError, readCalibration } from '../../domain/judging/calibration.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';

/**
 * Reads the file that `judge.calibration` names, and checks every line of it.
 *
 * @returns its bytes; null where no file is named
 * @throws {UsageError} when it cannot be read, with file and line where one is wrong
 */
export async function readCalibrationFile(file: string | undefined): Promise<Uint8Array | null> {
  if (file === undefined) return null;
  try {
    const content = await readFile(file);
    const records = readCalibration(new TextDecoder('utf-8', { fatal: true }).decode(content));
    if (records.length === 0) throw new CalibrationError('holds no record');
    return content;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = error instanceof CalibrationError ? message : (code ?? 'is not UTF-8');
    throw new UsageError(`${file} cannot be used as judge.calibration: ${reason}`, {
      cause: error,
    });
  }
}

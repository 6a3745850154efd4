import { formatNames, loadFormat } from '../../adapters/datasets/load-formats.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson } from '../output.ts';

/** `dataset formats`: the name of each, and which files it reads. */
export async function datasetFormats(options: { readonly json?: boolean }): Promise<ExitCode> {
  const names = await formatNames();
  const formats = await Promise.all(
    names.map(async (format) => ({ format, files: (await loadFormat(format)).summary })),
  );
  if (options.json) printJson(formats);
  else printData(lines(formats));
  return exitCodes.done;
}

function lines(formats: readonly { readonly format: string; readonly files: string }[]): string {
  const width = Math.max(...formats.map(({ format }) => format.length));
  return formats.map(({ format, files }) => `${format.padEnd(width)}  ${files}`).join('\n');
}

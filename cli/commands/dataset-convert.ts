import { convertIgvlm } from '../../adapters/datasets/convert-igvlm.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { failedToWrite } from '../failed-to-write.ts';
import { printData, printJson } from '../output.ts';

/** As commander hands them over; `format` and `to` have one value each. */
export type DatasetConvertOptions = {
  readonly path: string;
  readonly out: string;
  readonly json?: boolean;
};

/** `dataset convert`: writes a data set's questions and answers in another layout. */
export async function datasetConvert({
  path,
  out,
  json,
}: DatasetConvertOptions): Promise<ExitCode> {
  const files = await convertIgvlm(path, out).catch((error: unknown) => {
    throw failedToWrite(error, out);
  });
  if (json) printJson({ files });
  else printData(files.join('\n'));
  return exitCodes.done;
}

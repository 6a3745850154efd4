import { verifyModel } from '../../adapters/hub/verify-model.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printData, printJson, printNote } from '../output.ts';

/** `models verify`: every byte of a fetched model against what was fetched; damage is exit code 7. */
export async function modelsVerify(
  folder: string,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const verified = await verifyModel(folder);
  const damaged = verified.files.filter(({ state }) => state !== 'intact');
  if (options.json) printJson({ ...verified, folder });
  else {
    printData(`${verified.repo} at ${verified.revision}`);
    for (const { name, state } of verified.files) printData(`${state.padEnd(7)}  ${name}`);
  }
  if (damaged.length === 0) return exitCodes.done;
  printNote(
    `videoqa: ${damaged.length} of ${verified.files.length} files are not as they were fetched; ` +
      `mend them with \`videoqa models pull ${verified.repo}@${verified.revision} --out ${folder}\``,
  );
  return exitCodes.damage;
}

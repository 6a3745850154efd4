import { join, relative } from 'node:path';
import { hubFrom } from '../../adapters/hub/hub.ts';
import { type PulledModel, pullModel } from '../../adapters/hub/pull-model.ts';
import { parseRepoName } from '../../adapters/hub/repo-name.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { listenForInterruption } from '../interruption.ts';
import type { PullFlags } from '../models-verbs.ts';
import { printData, printJson, printNote } from '../output.ts';
import { createPullProgress } from './models-progress.ts';

/** `models pull`: fetches a model and says how a configuration names it. */
export async function modelsPull(text: string, options: PullFlags): Promise<ExitCode> {
  const name = parseRepoName(text);
  const folder = options.out ?? join('models', name.repo);
  const interrupted = listenForInterruption(() =>
    printNote('Stopping; the same command goes on from here.'),
  );
  try {
    const pulled = await pullModel({
      hub: hubFrom(process.env),
      name,
      parts: {
        towers: options.towers === 'both' ? ['vision', 'text'] : ['vision'],
        dtype: options.dtype,
      },
      folder,
      signal: interrupted,
      onProgress: createPullProgress(printNote),
    });
    if (options.json) printJson(pulled);
    else printData(describe(pulled, options));
    return exitCodes.done;
  } catch (error) {
    if (interrupted.aborted) return exitCodes.interrupted;
    throw error;
  }
}

function describe({ repo, revision, folder, files }: PulledModel, { dtype }: PullFlags): string {
  const fetched = files.filter(({ isNew }) => isNew).length;
  const done =
    fetched === 0
      ? `${repo} was complete already: ${files.length} files verified, nothing downloaded.`
      : `${repo}: ${fetched} of ${files.length} files downloaded, all verified.`;
  const path = relative('.', folder) || '.';
  const format = dtype === 'fp32' ? '' : `, dtype: ${dtype}`;
  return [
    done,
    `Revision ${revision} in ${folder}. In a configuration beside this folder:`,
    'models:',
    `  embedding: { model: ${repo}, path: ${JSON.stringify(path)}${format} }`,
  ].join('\n');
}

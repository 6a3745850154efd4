import { UsageError } from '../../../domain/errors/usage-error.ts';

/**
 * Why a torch file was refused: `unreadable` (no such file, no permission), `damaged`, `unsupported`
 * (sound, but of a kind this tool does not read), `empty` (no rows, or nothing at all), `unsafe` (asks for code that no embedding file needs), `mismatch` (names and rows differ in
 * number), `not-finite` (NaN or infinity in the embeddings).
 */
export type TorchFileProblem =
  'unreadable' | 'damaged' | 'unsupported' | 'empty' | 'unsafe' | 'mismatch' | 'not-finite';

/** A torch file that cannot be used as frame embeddings: the only error of its reader. */
export class TorchFileError extends UsageError {
  readonly problem: TorchFileProblem;

  constructor(problem: TorchFileProblem, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.problem = problem;
  }
}

/** Refuses a file whose bytes contradict its own format. */
export function damaged(what: string): TorchFileError {
  return new TorchFileError('damaged', `it is damaged: ${what}; save or copy it again`);
}

/**
 * Refuses a sound file that one line of Python turns into the supported form.
 *
 * @param options.runsItsCode  whether Python must run names of the file for that
 * @param options.isPickle     whether it is a bare pickle, which `torch.load` does not take
 * @param options.method       how a row becomes a plain tensor, where it is none
 */
export function convertible(
  what: string,
  options: {
    readonly runsItsCode?: boolean;
    readonly isPickle?: boolean;
    readonly method?: string;
  } = {},
): TorchFileError {
  const runsItsCode = options.runsItsCode === true || options.isPickle === true;
  const trust = runsItsCode ? ', only if you trust where it comes from' : '';
  const unsafely = runsItsCode ? ', weights_only=False' : '';
  const load =
    options.isPickle === true
      ? "import pickle; d = pickle.load(open('in.pt', 'rb'))"
      : `d = torch.load('in.pt', map_location='cpu'${unsafely})`;
  const row = options.method === undefined ? 'torch.as_tensor(e)' : `e${options.method}`;
  return new TorchFileError(
    'unsupported',
    `${what}; convert it once${trust}: python -c "import torch; ${load}; ` +
      `rows = [${row}.float().flatten() for e in d['embeddings']]; ` +
      `torch.save({'filenames': [str(n) for n in d['filenames']], ` +
      `'embeddings': torch.stack(rows)}, 'out.pt')"`,
  );
}

/** Refuses numbers written by a machine of the other byte order. */
export function bigEndian(): TorchFileError {
  return convertible('it was saved on a big-endian machine');
}

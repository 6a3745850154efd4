import { UsageError } from '../../domain/errors/usage-error.ts';

/** A model on the hub, as a person writes it. */
export type RepoName = {
  /** Such as "onnx-community/siglip2-base-patch16-224-ONNX". */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision: string;
};

const part = String.raw`[A-Za-z0-9_](?:[A-Za-z0-9_-]|\.(?!\.))*`;
const repoPattern = new RegExp(`^${part}(/${part})?$`);
const revisionPattern = /^[\w./-]{1,200}$/;

/**
 * Reads `<repo>[@revision]`; the revision is `main` unless named.
 *
 * @throws {UsageError} when it is not the name of a repository
 */
export function parseRepoName(text: string): RepoName {
  const [repo = '', revision = 'main', ...rest] = text.split('@');
  if (rest.length > 0 || !repoPattern.test(repo) || !revisionPattern.test(revision)) {
    throw new UsageError(
      `"${text}" names no model on the hub; write <owner>/<name>, or <owner>/<name>@<revision> for ` +
        'a branch, a tag or a commit',
    );
  }
  return { repo, revision };
}

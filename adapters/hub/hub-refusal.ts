import { EnvironmentError, UsageError } from '../../domain/errors/usage-error.ts';
import type { Hub } from './hub.ts';
import { HubConnectionError } from './hub-request.ts';
import type { RepoName } from './repo-name.ts';

/** What a reply of the hub that is not a success means, and what to do. */
export async function refusalOf(
  reply: Response,
  hub: Hub,
  { repo, revision }: RepoName,
  what: string,
): Promise<Error> {
  await reply.body?.cancel();
  const { status } = reply;
  const code = reply.headers.get('x-error-code');
  const host = new URL(hub.baseUrl).host;
  if (status === 404 && code === 'RevisionNotFound') {
    return new UsageError(`${repo} on ${host} has no revision "${revision}"`);
  }
  if (status === 404 && code === 'EntryNotFound') {
    return new EnvironmentError(`${repo} at ${revision} on ${host} has no ${what}`);
  }
  if (status === 404) {
    return new UsageError(
      `${host} has no model "${repo}" with a revision "${revision}"; look up the name there`,
    );
  }
  if (status === 401 || status === 403) return lockedError(hub, repo, status, code);
  if (status === 429 || status >= 500) {
    return new HubConnectionError(
      `${host} answered ${status} for ${what} of ${repo}; try again later`,
    );
  }
  return new EnvironmentError(`${host} answered ${status} for ${what} of ${repo}`);
}

/** The hub answers 401 both for private models and for names that do not exist. */
function lockedError(hub: Hub, repo: string, status: number, code: string | null): Error {
  const page = `${hub.baseUrl}/${repo}`;
  if (code === 'GatedRepo') {
    return new EnvironmentError(
      hub.token === null
        ? `${repo} is gated: accept its terms on ${page}, then set HF_TOKEN to a token of your account`
        : `${repo} is gated and the account of HF_TOKEN may not read it: accept its terms on ${page}`,
    );
  }
  return new EnvironmentError(
    hub.token === null
      ? `${page} answered ${status}: there is no such model, or it is private. Check the name, or ` +
          'set HF_TOKEN to a token that may read it'
      : `${page} answered ${status}: there is no such model, or HF_TOKEN is wrong or may not read it`,
  );
}

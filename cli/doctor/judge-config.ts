import { broken, type Finding, passed } from './check.ts';

/** What a request without key and content found at a base URL. */
export type EndpointFacts = {
  readonly baseUrl: string;
  /** Any status counts as an answer; null with the reason in `problem`. */
  readonly status: number | null;
  readonly problem: string | null;
  /** When the certificate ends, in milliseconds since 1970; null without TLS. */
  readonly certificateEndsAt: number | null;
  /** How far the server's clock is ahead; null when it does not tell. */
  readonly aheadMs: number | null;
};

const dayMs = 86_400_000;

export function judgeEndpoint(facts: EndpointFacts): Finding {
  const check = 'provider';
  const { baseUrl, status, problem } = facts;
  if (status !== null) return passed(check, `${baseUrl} answers (status ${status}, no key sent)`);
  const fix = `curl -sv '${baseUrl}'  # name, port, firewall; the address is models.*.baseUrl`;
  return broken(check, `${baseUrl}: ${problem ?? 'no answer'}`, fix);
}

export function judgeCertificate(facts: EndpointFacts, now: number): Finding {
  const check = 'certificate';
  const { baseUrl, certificateEndsAt } = facts;
  if (certificateEndsAt === null) return passed(check, `${baseUrl} is reached without TLS`);
  const days = Math.floor((certificateEndsAt - now) / dayMs);
  if (days >= 3) return passed(check, `${baseUrl}: valid for ${days} days`);
  const { host } = new URL(baseUrl);
  return broken(
    check,
    `${baseUrl}: ends in ${days} days`,
    `openssl s_client -connect ${host} </dev/null | openssl x509 -noout -dates`,
  );
}

/** A clock that is off breaks signatures, and waits that a provider gives as a date. */
export function judgeProviderClock(facts: EndpointFacts): Finding {
  const check = 'clock';
  const { baseUrl, aheadMs } = facts;
  if (aheadMs === null) return passed(check, `${baseUrl} does not tell its time`);
  if (Math.abs(aheadMs) <= 30_000) return passed(check, `agrees with ${baseUrl}`);
  const text = `${Math.round(-aheadMs / 1000)} s ahead of ${baseUrl}`;
  return broken(check, text, 'timedatectl set-ntp true');
}

/** A budget can only be kept where every call has a price. */
export function judgePrices(facts: {
  readonly file: string;
  readonly hasBudget: boolean;
  /** Such as `models.image`. */
  readonly unpriced: readonly string[];
}): Finding {
  const check = 'prices';
  const { file, hasBudget, unpriced } = facts;
  if (unpriced.length === 0) return passed(check, 'every model has one');
  const names = unpriced.join(', ');
  if (!hasBudget) return passed(check, `none for ${names}; no budget is set`);
  return broken(
    check,
    `budgetUsd is set, without a price for ${names}`,
    `add price to ${names} in ${file}`,
  );
}

/** @param spentUsd  of the latest run of that name; null when there is none */
export function judgeBudget(facts: {
  readonly file: string;
  readonly budgetUsd: number | null;
  readonly spentUsd: number | null;
}): Finding {
  const check = 'budget';
  const { file, budgetUsd, spentUsd } = facts;
  if (budgetUsd === null) return passed(check, 'no run.budgetUsd is set');
  const text = `$${(spentUsd ?? 0).toFixed(2)} of $${budgetUsd.toFixed(2)} spent`;
  if ((spentUsd ?? 0) < budgetUsd) return passed(check, text);
  return broken(check, text, `raise run.budgetUsd in ${file}`);
}

/** @param damaged  files that differ from what was fetched; null when the folder has no record of it */
export function judgeModelFiles(path: string, damaged: readonly string[] | null): Finding {
  const check = 'model files';
  if (damaged === null) return passed(check, `${path}: complete; not fetched by us, so no hashes`);
  if (damaged.length === 0) return passed(check, `${path}: complete, as fetched`);
  return broken(check, `${damaged.join(', ')} changed`, `videoqa models verify '${path}'`);
}

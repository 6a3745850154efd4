import type {
  CallOwner,
  CallRecord,
  CallStore,
  StoredResponse,
} from '../../domain/stores/call-store.ts';

const ownerKeys = ['runId', 'itemId', 'sample', 'drive', 'step', 'part'] as const;

/** A call store in memory that keeps what happened, in order, in `log`. */
export function createFakeCallStore() {
  const records: CallRecord[] = [];
  const responses = new Map<string, StoredResponse>();
  const log: string[] = [];
  const nameOf = (callKey: string, n: number) => `${callKey}#${n}`;
  const winnerOf = (callKey: string) =>
    records.find(
      (call) => call.callKey === callKey && call.state === 'usable' && !call.isDuplicate,
    );

  const store: CallStore = {
    findUsable(callKey) {
      log.push('find');
      const record = winnerOf(callKey);
      if (record === undefined) return Promise.resolve(null);
      const response = responses.get(nameOf(callKey, record.n));
      if (response === undefined) throw new Error(`no response to ${nameOf(callKey, record.n)}`);
      return Promise.resolve({ record, response });
    },
    findUnsettled(callKey) {
      const left = records.filter(
        (call) => call.callKey === callKey && call.state === 'open' && call.settledAt === null,
      );
      return Promise.resolve(left.flatMap((call) => responses.get(nameOf(callKey, call.n)) ?? []));
    },
    openIntent(intent) {
      log.push('intent');
      const n = records.filter((call) => call.callKey === intent.callKey).length;
      records.push({ ...unsettled, ...intent, n });
      return Promise.resolve(n);
    },
    storeResponse(callKey, response) {
      log.push(`store ${response.status}`);
      const name = nameOf(callKey, response.n);
      if (!responses.has(name)) responses.set(name, response);
      return Promise.resolve();
    },
    settle(callKey, n, end) {
      log.push(`settle ${end.state}`);
      const at = records.findIndex((call) => call.callKey === callKey && call.n === n);
      const before = records[at];
      if (before === undefined) throw new Error(`no intent ${nameOf(callKey, n)}`);
      const isDuplicate = end.state === 'usable' && winnerOf(callKey) !== undefined;
      records[at] = { ...before, ...end, isDuplicate };
      return Promise.resolve(winnerOf(callKey)?.n ?? null);
    },
    findResponse: (callKey, n) => Promise.resolve(responses.get(nameOf(callKey, n)) ?? null),
    ofStep: (owner: CallOwner) =>
      Promise.resolve(records.filter((call) => ownerKeys.every((key) => call[key] === owner[key]))),
    spending: () => Promise.resolve([]),
    lastEnds: (runId, account, most) =>
      Promise.resolve(
        records
          .filter((call) => call.runId === runId && call.account === account)
          .filter((call) => call.settledAt !== null)
          .map((call) => call.failureClass)
          .slice(-most),
      ),
    ledger(runId) {
      const calls = records.filter((call) => call.runId === runId);
      const openIntents = calls.filter((call) => call.state === 'open');
      const sum = (amounts: readonly (number | null)[]) =>
        amounts.reduce<number>((total, amount) => total + (amount ?? 0), 0);
      return Promise.resolve({
        calls: calls.length,
        settledUsd: sum(
          calls.filter(({ state }) => state !== 'open').map(({ priceUsd }) => priceUsd),
        ),
        openUsd: sum(openIntents.map(({ maxPriceUsd }) => maxPriceUsd)),
        duplicateUsd: sum(calls.filter((call) => call.isDuplicate).map(({ priceUsd }) => priceUsd)),
        openIntents,
      });
    },
  };
  return { store, records, responses, log };
}

const unsettled = {
  state: 'open',
  settledAt: null,
  priceUsd: null,
  usage: null,
  failureClass: null,
  action: null,
  retryAfterMs: null,
  httpStatus: null,
  isDuplicate: false,
} as const;

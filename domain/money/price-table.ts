import { type ListPrice, listPrices } from './list-prices.ts';
import type { UnfrozenRun } from '../config/resolve-config.ts';
import type { ChatModelSpec, ImageModelSpec, PriceOrigin, RunSpec } from '../run-spec.ts';

type Priced = ChatModelSpec | ImageModelSpec;

/** A price of a model, and where it comes from. */
export type PriceInForce = Pick<Priced, 'price'> & { readonly priceOrigin: PriceOrigin | null };

/**
 * A run whose models have prices: those of the configuration, else those of the table, else none.
 *
 * @param today  YYYY-MM-DD
 */
export function withPrices(run: UnfrozenRun, today: string): UnfrozenRun {
  return changeModels(run, (model) => {
    if (model.price !== null) return { ...model, priceOrigin: { source: 'configuration' } };
    return { ...model, ...(listedOn(model, today) ?? { priceOrigin: null }) };
  });
}

/** The same run on another day: a price that came from the table is what the table says then. */
export function atListPrices(spec: RunSpec, today: string): RunSpec {
  return changeModels(spec, (model) =>
    isListed(model) ? { ...model, ...listedOn(model, today) } : model,
  );
}

/** Every price that a model's calls had over some days, oldest first. Days are YYYY-MM-DD. */
export function pricesOver(model: Priced, from: string, until: string): PriceInForce[] {
  const held = isListed(model)
    ? periodsOf(model).filter(({ entry, end }) => entry.validFrom <= until && end > from)
    : [];
  if (held.length > 0) return held.map(({ entry }) => inForce(entry));
  return [{ price: model.price, priceOrigin: model.priceOrigin ?? null }];
}

type PaidModels = Pick<RunSpec['models'], 'answer' | 'plan' | 'image'>;

type WithModels = { readonly models: PaidModels; readonly judging?: RunSpec['judging'] };

function changeModels<Run extends WithModels>(
  run: Run,
  change: <Model extends Priced>(model: Model) => Model,
): Run {
  const { answer, plan, image } = run.models;
  const models = {
    ...run.models,
    answer: change(answer),
    plan: change(plan),
    image: image === null ? null : change(image),
  };
  const { judging } = run;
  if (judging === undefined) return { ...run, models };
  const judges = judging.judges.map(({ judge, model }) => ({ judge, model: change(model) }));
  return { ...run, models, judging: { ...judging, judges } };
}

function isListed({ priceOrigin }: Priced): boolean {
  return priceOrigin?.source === 'table';
}

/** Null for a model that has no price in the table on that day. */
function listedOn(model: Priced, day: string): PriceInForce | null {
  const held = periodsOf(model).find(({ entry, end }) => entry.validFrom <= day && day < end);
  return held === undefined ? null : inForce(held.entry);
}

function inForce({ price, validFrom, source: list }: ListPrice): PriceInForce {
  return { price, priceOrigin: { source: 'table', validFrom, list } };
}

/** The prices of a model, oldest first, each until it was taken back or the next one began. */
function periodsOf(model: Priced): { readonly entry: ListPrice; readonly end: string }[] {
  const kind = 'wire' in model ? 'image' : 'chat';
  const entries = listPrices
    .filter((entry) => entry.kind === kind && entry.provider === model.provider)
    .filter((entry) => entry.model.test(model.model) && isAt(model, entry.address))
    .toSorted((left, right) => left.validFrom.localeCompare(right.validFrom));
  return entries.map((entry, index) => ({
    entry,
    end: entry.validUntil ?? entries[index + 1]?.validFrom ?? '9999-12-31',
  }));
}

function isAt({ baseUrl }: Priced, address: string): boolean {
  return `${baseUrl}/`.startsWith(address);
}

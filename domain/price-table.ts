import type { UnfrozenRun } from './resolve-config.ts';
import type { ChatModelSpec, ImageModelSpec, PriceOrigin, Provider } from './run-spec.ts';

type ListPrice = {
  readonly provider: Provider;
  /** Of whole model names, dated versions included. */
  readonly model: RegExp;
  /** First day, as YYYY-MM-DD, on which the price held. */
  readonly validFrom: string;
  readonly price: NonNullable<ChatModelSpec['price']> | NonNullable<ImageModelSpec['price']>;
};

/**
 * List prices in US dollars of public models, standard tier, without discounts for caching or
 * batches. Short on purpose: a model that is not here has no price until the configuration gives
 * one. Prices change; `price` in the configuration always wins.
 */
const listPrices: readonly ListPrice[] = [
  openai('gpt-4o-2024-05-13', '2024-05-13', 5, 15),
  openai('gpt-4o(-2024-08-06|-2024-11-20)?', '2024-10-02', 2.5, 10),
  openai('gpt-4o-mini(-2024-07-18)?', '2024-07-18', 0.15, 0.6),
  openai('gpt-4\\.1(-2025-04-14)?', '2025-04-14', 2, 8),
  openai('gpt-4\\.1-mini(-2025-04-14)?', '2025-04-14', 0.4, 1.6),
  openai('gpt-4\\.1-nano(-2025-04-14)?', '2025-04-14', 0.1, 0.4),
  openai('o3(-2025-04-16)?', '2025-04-16', 10, 40),
  openai('o3(-2025-04-16)?', '2025-06-10', 2, 8),
  openai('o4-mini(-2025-04-16)?', '2025-04-16', 1.1, 4.4),
  openai('gpt-5(-2025-08-07)?', '2025-08-07', 1.25, 10),
  openai('gpt-5-mini(-2025-08-07)?', '2025-08-07', 0.25, 2),
  openai('gpt-5-nano(-2025-08-07)?', '2025-08-07', 0.05, 0.4),
];

function openai(
  model: string,
  validFrom: string,
  inputPerM: number,
  outputPerM: number,
): ListPrice {
  return {
    provider: 'openai',
    model: new RegExp(`^${model}$`),
    validFrom,
    price: { inputPerM, outputPerM },
  };
}

/** Where the prices of a provider hold: at its own address, not behind somebody's gateway. */
const ownAddresses: Partial<Record<Provider, string>> = { openai: 'https://api.openai.com/' };

type Priced = ChatModelSpec | ImageModelSpec;

/**
 * A run whose models have prices: those of the configuration, else those of the table, else none.
 *
 * @param today  YYYY-MM-DD
 */
export function withPrices(run: UnfrozenRun, today: string): UnfrozenRun {
  const { answer, plan, image } = run.models;
  const models = {
    ...run.models,
    answer: priced(answer, today),
    plan: priced(plan, today),
    image: image === null ? null : priced(image, today),
  };
  return { ...run, models };
}

function priced<Model extends Priced>(model: Model, today: string): Model {
  if (model.price !== null) return { ...model, priceOrigin: { source: 'configuration' } };
  const listed = listPriceOf(model, today);
  if (listed === null) return { ...model, priceOrigin: null };
  const priceOrigin: PriceOrigin = { source: 'table', validFrom: listed.validFrom };
  return { ...model, price: listed.price, priceOrigin };
}

/** The newest price that held on the day; null for a model that is not in the table. */
function listPriceOf(model: Priced, today: string): ListPrice | null {
  const own = ownAddresses[model.provider];
  if (own === undefined || !`${model.baseUrl}/`.startsWith(own)) return null;
  const kind = 'wire' in model ? 'image' : 'inputPerM';
  const held = listPrices.filter(
    (entry) =>
      entry.provider === model.provider &&
      entry.model.test(model.model) &&
      entry.validFrom <= today &&
      kind in entry.price,
  );
  return (
    held.toSorted((left, right) => left.validFrom.localeCompare(right.validFrom)).at(-1) ?? null
  );
}

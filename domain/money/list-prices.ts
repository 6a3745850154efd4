import type { ChatModelSpec, ImageModelSpec, Provider } from '../run-spec.ts';

/** US dollars that a provider published for a model, and when. */
export type ListPrice = {
  readonly provider: Provider;
  /** Where it holds: at the provider's own address, not behind somebody's gateway. */
  readonly address: string;
  readonly kind: 'chat' | 'image';
  /** Of whole model names, dated versions included. */
  readonly model: RegExp;
  /** First day, as YYYY-MM-DD, on which the price is known to have held. */
  readonly validFrom: string;
  /** First day on which it did not hold any more; missing = not known to have ended. */
  readonly validUntil?: string;
  /** Where it was read, and when, in words. */
  readonly source: string;
  readonly price: NonNullable<ChatModelSpec['price']> | NonNullable<ImageModelSpec['price']>;
};

/**
 * List prices in US dollars of public models, standard tier, without discounts for caching or
 * batches. A model that is not here has no price until the configuration gives one. Left out on
 * purpose: prices in another currency (Ark and DashScope in China), prices that depend on the length
 * of the prompt, and Azure, where `model` is a name that its owner chose.
 *
 * A new price is added below the old one, which stays: it was paid while it held.
 */
export const listPrices: readonly ListPrice[] = [
  ...openai("OpenAI's price list, as LiteLLM kept it in July 2026", [
    ['gpt-4o-2024-05-13', '2024-05-13', 5, 15],
    ['gpt-4o(-2024-08-06|-2024-11-20)?', '2024-10-02', 2.5, 10],
    ['gpt-4o-mini(-2024-07-18)?', '2024-07-18', 0.15, 0.6],
    ['gpt-4\\.1(-2025-04-14)?', '2025-04-14', 2, 8],
    ['gpt-4\\.1-mini(-2025-04-14)?', '2025-04-14', 0.4, 1.6],
    ['gpt-4\\.1-nano(-2025-04-14)?', '2025-04-14', 0.1, 0.4],
    ['o3(-2025-04-16)?', '2025-04-16', 10, 40],
    ['o3(-2025-04-16)?', '2025-06-10', 2, 8],
    ['o4-mini(-2025-04-16)?', '2025-04-16', 1.1, 4.4],
    ['gpt-5(-2025-08-07)?', '2025-08-07', 1.25, 10],
    ['gpt-5-mini(-2025-08-07)?', '2025-08-07', 0.25, 2],
    ['gpt-5-nano(-2025-08-07)?', '2025-08-07', 0.05, 0.4],
    ['gpt-5\\.1(-2025-11-13)?', '2025-11-13', 1.25, 10],
    ['gpt-5\\.2(-2025-12-11)?', '2025-12-11', 1.75, 14],
    ['gpt-5\\.4-mini(-2026-03-17)?', '2026-06-08', 0.75, 4.5],
    ['gpt-5\\.4-nano(-2026-03-17)?', '2026-06-08', 0.2, 1.25],
  ]),
  {
    ...openaiPicture("OpenAI's page of the model, read in November 2026"),
    model: /^gpt-image-1$/,
    validFrom: '2025-04-23',
    validUntil: '2026-10-23',
    // It makes no text.
    price: { inputPerM: 5, imageInputPerM: 10, outputPerM: 40, imageOutputPerM: 40 },
  },
  {
    ...openaiPicture("OpenAI's page of the model, read in November 2026"),
    model: /^gpt-image-1-mini$/,
    validFrom: '2025-10-06',
    price: { inputPerM: 2, imageInputPerM: 2.5, outputPerM: 8, imageOutputPerM: 8 },
  },
  {
    ...openaiPicture("OpenAI's price list, as LiteLLM kept it in July 2026"),
    model: /^gpt-image-1\.5(-2025-12-16)?$/,
    validFrom: '2025-12-16',
    price: { inputPerM: 5, imageInputPerM: 8, outputPerM: 10, imageOutputPerM: 32 },
  },
  {
    ...openaiPicture("OpenAI's price list, as LiteLLM kept it in July 2026"),
    model: /^gpt-image-2(-2026-04-21)?$/,
    validFrom: '2026-04-21',
    price: { inputPerM: 5, imageInputPerM: 8, outputPerM: 10, imageOutputPerM: 30 },
  },
  ...dashscope("Alibaba Cloud's international price list, as models.dev kept it in July 2026", [
    ['qwen-vl-max', '2026-01-13', 0.8, 3.2],
    ['qwen-vl-plus', '2026-01-13', 0.21, 0.63],
    ['qwen2\\.5-vl-72b-instruct', '2026-01-13', 2.8, 8.4],
    ['qwen2\\.5-vl-7b-instruct', '2026-01-13', 0.35, 1.05],
    ['qvq-max', '2026-06-27', 1.2, 4.8],
  ]),
  ...byteplus("BytePlus ModelArk's price list, as resellers quoted it in April and June 2026", [
    ['seedream-4-0-250828', '2026-04-30', 0.03],
    ['seedream-4-5-251128', '2026-04-30', 0.04],
    ['seedream-5-0(-lite)?-260128', '2026-06-01', 0.035],
  ]),
];

/** Model, first day, and US dollars per million tokens in and out. */
type ChatLine = readonly [string, string, number, number];

function openai(source: string, lines: readonly ChatLine[]): ListPrice[] {
  const own = { provider: 'openai', address: 'https://api.openai.com/', source } as const;
  return lines.map((line) => ({ ...own, ...chatPrice(line) }));
}

function openaiPicture(source: string) {
  const address = 'https://api.openai.com/';
  return { provider: 'openai', address, source, kind: 'image' } as const;
}

function dashscope(source: string, lines: readonly ChatLine[]): ListPrice[] {
  const address = 'https://dashscope-intl.aliyuncs.com/';
  const own = { provider: 'dashscope', address, source } as const;
  return lines.map((line) => ({ ...own, ...chatPrice(line) }));
}

function byteplus(
  source: string,
  lines: readonly (readonly [model: string, validFrom: string, image: number])[],
): ListPrice[] {
  const address = 'https://ark.ap-southeast.bytepluses.com/';
  const own = { provider: 'ark', address, source, kind: 'image' } as const;
  return lines.map(([model, validFrom, image]) => ({
    ...own,
    model: new RegExp(`^${model}$`),
    validFrom,
    price: { image },
  }));
}

function chatPrice([model, validFrom, inputPerM, outputPerM]: ChatLine) {
  const price = { inputPerM, outputPerM };
  return { kind: 'chat', model: new RegExp(`^${model}$`), validFrom, price } as const;
}

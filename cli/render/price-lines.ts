import {
  type ChatModelSpec,
  type ImageModelSpec,
  paidModels,
  type PriceOrigin,
  type RunSpec,
} from '../../domain/run-spec.ts';

/** What a run's calls are priced by, a line per model: "answer gpt-4o: $2.5 in, $10 out per million tokens". */
export function priceLines(spec: Pick<RunSpec, 'models' | 'strategy' | 'judging'>): string[] {
  return Object.entries(paidModels(spec)).map(([use, { model, price, priceOrigin }]) => {
    const what = `${use} ${model}`;
    if (price === null) return `${what}: no price, its spend is not counted`;
    return `${what}: ${amountOf(price)}${originOf(priceOrigin ?? null)}`;
  });
}

function amountOf(price: NonNullable<(ChatModelSpec | ImageModelSpec)['price']>): string {
  if ('image' in price) return `$${price.image} a picture`;
  const pictures =
    'imageInputPerM' in price
      ? `, of pictures $${price.imageInputPerM} in, $${price.imageOutputPerM} out`
      : '';
  return `$${price.inputPerM} in, $${price.outputPerM} out${pictures} per million tokens`;
}

function originOf(origin: PriceOrigin | null): string {
  if (origin === null) return '';
  return origin.source === 'configuration'
    ? ' (configuration)'
    : ` (list price since ${origin.validFrom}: ${origin.list}; models.*.price overrides it)`;
}

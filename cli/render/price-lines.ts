import { paidModels, type PriceOrigin, type RunSpec } from '../../domain/run-spec.ts';

/** What a run's calls are priced by, a line per model: "answer gpt-4o: $2.5 in, $10 out per million tokens". */
export function priceLines(spec: Pick<RunSpec, 'models' | 'strategy'>): string[] {
  return Object.entries(paidModels(spec)).map(([use, { model, price, priceOrigin }]) => {
    const what = `${use} ${model}`;
    if (price === null) return `${what}: no price, its spend is not counted`;
    const amount =
      'image' in price
        ? `$${price.image} a picture`
        : `$${price.inputPerM} in, $${price.outputPerM} out per million tokens`;
    return `${what}: ${amount}${originOf(priceOrigin ?? null)}`;
  });
}

function originOf(origin: PriceOrigin | null): string {
  if (origin === null) return '';
  return origin.source === 'configuration'
    ? ' (configuration)'
    : ` (built-in list price since ${origin.validFrom}; models.*.price overrides it)`;
}

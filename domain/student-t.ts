/** Quantiles 0.975 of Student's t for 1 to 10 degrees of freedom, from the usual tables. */
const tabulated = [
  12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157,
  2.228139,
];

/** Quantile 0.975 of the normal distribution: the end of a two-sided 95 % interval. */
export const normal975 = 1.959963984540054;

/**
 * Quantile 0.975 of Student's t: tabulated up to 10 degrees of freedom, beyond by the expansion in
 * powers of 1/df around the normal quantile (Abramowitz and Stegun 26.7.5), exact to 4 decimals.
 *
 * @param degreesOfFreedom  a whole number from 1
 */
export function studentT975(degreesOfFreedom: number): number {
  const known = tabulated[degreesOfFreedom - 1];
  if (known !== undefined) return known;
  const z = normal975;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / degreesOfFreedom ** (i + 1), z);
}

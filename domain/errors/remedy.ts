/**
 * What is changed in a refused request before it is made once more: its pictures encoded anew, another
 * draw with another seed, or half of its frames left out.
 */
export const remedies = ['re-encode', 'redraw', 'fewer-frames'] as const;
export type Remedy = (typeof remedies)[number];

const words: Readonly<Record<Remedy, string>> = {
  're-encode': 'with its pictures encoded anew',
  redraw: 'drawn anew',
  'fewer-frames': 'with half of the frames',
};

/** What had been tried, for the message of a failure: `drawn anew and with half of the frames`. */
export function describeRemedies(tried: Iterable<Remedy>): string {
  return [...tried].map((remedy) => words[remedy]).join(' and ');
}

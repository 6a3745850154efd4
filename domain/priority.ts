/** How early a run's work is done where runs share an account or a queue: 1 goes first. */
export const priorities = { first: 1, usual: 3, last: 5 } as const;

/** Turns at an account that a run has for every one of a run of the last priority. */
export function turnsOf(priority: number): number {
  return priorities.last + 1 - priority;
}

/** What `videoqa` ends with; stable, scripts rely on them. */
export const exitCodes = {
  done: 0,
  internal: 1,
  usage: 2,
  environment: 3,
  tooManyFailures: 4,
  budget: 5,
  provider: 6,
  damage: 7,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Calls that are at work at the same time under one key share one result; nothing is kept after. */
export function onceEach<Request, Result>(
  work: (request: Request) => Promise<Result>,
  keyOf: (request: Request) => string,
): (request: Request) => Promise<Result> {
  const underWay = new Map<string, Promise<Result>>();
  return (request) => {
    const key = keyOf(request);
    const known = underWay.get(key);
    if (known !== undefined) return known;
    const started = work(request).finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  };
}

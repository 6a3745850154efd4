/** How long an answer of the database counts. */
const freshMs = 1000;

/** Asks about a key at most once a second, however many want to know; a failure is forgotten at once. */
export function forASecond<Answer>(ask: (key: string) => Promise<Answer>) {
  const known = new Map<string, { readonly at: number; readonly answer: Promise<Answer> }>();
  return {
    read(key: string): Promise<Answer> {
      const last = known.get(key);
      if (last !== undefined && performance.now() - last.at < freshMs) return last.answer;
      const answer = ask(key);
      answer.catch(() => known.delete(key));
      known.set(key, { at: performance.now(), answer });
      return answer;
    },
    forget: (key: string) => void known.delete(key),
  };
}

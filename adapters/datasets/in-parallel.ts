/** Runs a task for every entry, so many at a time, and keeps the order. After a failure none is begun. */
export async function inParallel<Entry, Result>(
  entries: readonly Entry[],
  atOnce: number,
  task: (entry: Entry) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const queue = entries.entries();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const [place, entry] of queue) {
      if (hasFailed) return;
      try {
        results[place] = await task(entry);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}

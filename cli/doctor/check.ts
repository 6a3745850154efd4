/** One thing that was looked at. */
export type Finding = {
  readonly check: string;
  readonly ok: boolean;
  /** What was found. */
  readonly detail: string;
  /** The command or step that mends it; null where nothing is broken. */
  readonly fix: string | null;
};

/** No check may hold up the others for longer. */
const limitMs = 10_000;

/** A passed check. */
export function passed(check: string, detail: string): Finding {
  return { check, ok: true, detail, fix: null };
}

/** A failed check with what mends it. */
export function broken(check: string, detail: string, fix: string): Finding {
  return { check, ok: false, detail, fix };
}

/** Runs a check whose errors are findings, and so is taking longer than 10 seconds. */
export async function finding(
  check: string,
  fix: string,
  look: () => Promise<Finding | string>,
): Promise<Finding> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const detail = `no answer in ${limitMs / 1000} s`;
    timer = setTimeout(() => resolve(broken(check, detail, fix)), limitMs);
  });
  try {
    const found = await Promise.race([look(), late]);
    return typeof found === 'string' ? passed(check, found) : found;
  } catch (error) {
    return broken(check, error instanceof Error ? error.message : String(error), fix);
  } finally {
    clearTimeout(timer);
  }
}

/** One thing that was looked at. */
export type Finding = {
  readonly check: string;
  readonly ok: boolean;
  /** What was found. */
  readonly detail: string;
  /** The command or step that mends it; null where nothing is broken. */
  readonly fix: string | null;
};

/** A passed check. */
export function passed(check: string, detail: string): Finding {
  return { check, ok: true, detail, fix: null };
}

/** A failed check with what mends it. */
export function broken(check: string, detail: string, fix: string): Finding {
  return { check, ok: false, detail, fix };
}

/** Runs a check whose errors are findings. */
export async function finding(
  check: string,
  fix: string,
  look: () => Promise<Finding | string>,
): Promise<Finding> {
  try {
    const found = await look();
    return typeof found === 'string' ? passed(check, found) : found;
  } catch (error) {
    return broken(check, error instanceof Error ? error.message : String(error), fix);
  }
}

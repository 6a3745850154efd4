/** A configuration, or a part of one, before it is checked. */
export type RawConfig = { readonly [key: string]: unknown };

/** Whether a value is a group of keys. */
export function isGroup(value: unknown): value is RawConfig {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/**
 * Lays one configuration over another, group by group. A value or a list in `over` replaces the
 * one below; a member that is undefined, and a group with nothing in it, leaves it as it is.
 */
export function mergeConfig(under: RawConfig, over: RawConfig): RawConfig {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === undefined) continue;
    const below = merged[key];
    if (!isGroup(value)) merged[key] = value;
    else if (below === undefined || isGroup(below)) {
      const group = mergeConfig(below ?? {}, value);
      if (Object.keys(group).length > 0) merged[key] = group;
    } else merged[key] = value;
  }
  return merged;
}

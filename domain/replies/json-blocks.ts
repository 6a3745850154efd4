/** A piece of a reply that is JSON, with the rule that found it. */
export type JsonBlock = { readonly rule: string; readonly value: unknown };

type Fence = { readonly label: string; readonly body: string };

const closedFence = /```([\w+-]*)[ \t]*\r?\n?([\s\S]*?)```/g;

/** Brackets tried per reply: a text of ten thousand open ones must not stall a worker. */
const mostBrackets = 100;

/**
 * Every valid JSON value in a model's reply, in the order to try them: fences labelled `json`,
 * other fences, the whole text, a last fence that was never closed, then objects and arrays that
 * stand free in the prose. Reasoning inside `<think>` tags does not count.
 */
export function jsonBlocks(reply: string): JsonBlock[] {
  const spoken = withoutThinking(reply);
  const fences = fencesOf(spoken);
  const candidates = [
    ...fences.filter(({ label }) => label === 'json').map(as('fence-json')),
    ...fences.filter(({ label }) => label !== 'json').map(as('fence-other')),
    { rule: 'whole-text', body: spoken },
    ...openFence(spoken).map(as('open-fence')),
    ...freeStanding(spoken).map((body) => ({ rule: 'bare', body })),
  ];
  return candidates.flatMap(({ rule, body }) => {
    const value = parsed(body);
    return value === undefined ? [] : [{ rule, value }];
  });
}

/**
 * The last well-formed JSON object that has a member of this name: in a fence if one is there, else
 * anywhere in the prose.
 */
export function lastObjectWith(
  reply: string,
  member: string,
): { readonly rule: string; readonly value: Readonly<Record<string, unknown>> } | null {
  const spoken = withoutThinking(reply);
  const places = [
    ...fencesOf(spoken).map(({ label, body }) => ({
      rule: label === 'json' ? 'fence-json' : 'fence-other',
      body,
    })),
    ...openFence(spoken).map(as('open-fence')),
  ];
  for (const { rule, body } of [{ rule: 'bare', body: spoken }, ...places].toReversed()) {
    const value = lastObjectIn(body, member);
    if (value !== null) return { rule, value };
  }
  return null;
}

/**
 * The reply without what the model thought to itself. An unclosed thought hides the rest; a lone
 * closing tag, as some chat templates leave it, hides what stands before it.
 */
export function withoutThinking(reply: string): string {
  return reply
    .replace(/<(think|thinking|thought)>[\s\S]*?(<\/\1>|$)/gi, '')
    .replace(/^[\s\S]*<\/(think|thinking|thought)>/i, '');
}

function fencesOf(text: string): Fence[] {
  return [...text.matchAll(closedFence)].map(([, label = '', body = '']) => ({ label, body }));
}

/** What follows a fence that was opened and never closed. */
function openFence(text: string): Fence[] {
  const rest = text.replace(closedFence, '');
  const opened = /```([\w+-]*)[ \t]*\r?\n?([\s\S]*)$/.exec(rest);
  return opened === null ? [] : [{ label: opened[1] ?? '', body: opened[2] ?? '' }];
}

function as(rule: string): (fence: Fence) => { readonly rule: string; readonly body: string } {
  return ({ body }) => ({ rule, body });
}

function lastObjectIn(text: string, member: string): Readonly<Record<string, unknown>> | null {
  const starts = positionsOf(text, '{').slice(-mostBrackets);
  for (const start of starts.toReversed()) {
    const end = closingBracket(text, start);
    const value = end === -1 ? undefined : parsed(text.slice(start, end + 1));
    if (isRecord(value) && Object.hasOwn(value, member)) return value;
  }
  return null;
}

/** Balanced `{...}` and `[...]` stretches, strings respected, outermost first. */
function freeStanding(text: string): string[] {
  const found: string[] = [];
  let last = -1;
  for (const start of positionsOf(text, '{', '[').slice(0, mostBrackets)) {
    if (start < last) continue;
    const end = closingBracket(text, start);
    if (end === -1 || parsed(text.slice(start, end + 1)) === undefined) continue;
    found.push(text.slice(start, end + 1));
    last = end;
  }
  return found;
}

function positionsOf(text: string, ...brackets: readonly string[]): number[] {
  const positions: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (brackets.includes(text[at] ?? '')) positions.push(at);
  }
  return positions;
}

function closingBracket(text: string, start: number): number {
  let depth = 0;
  let isInString = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return -1;
}

/** Undefined when the text is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trim()) as unknown;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A piece of a reply that may be JSON, with the rule that found it. */
export type JsonBlock = { readonly rule: string; readonly value: unknown };

const fence = /```([^\n`]*)\n([\s\S]*?)```/g;

/**
 * Every valid JSON value in a model's reply, in the order to try: fences labelled `json`, other
 * fences, the whole text, then objects or arrays that stand free in the prose. Reasoning inside
 * `<think>` tags does not count.
 */
export function jsonBlocks(reply: string): JsonBlock[] {
  const spoken = withoutThinking(reply);
  const fences = [...spoken.matchAll(fence)].map((match) => ({
    label: (match[1] ?? '').trim(),
    body: match[2] ?? '',
  }));
  const candidates = [
    ...fences.filter(({ label }) => label === 'json').map(({ body }) => ({ rule: 'fence-json', body })),
    ...fences.filter(({ label }) => label !== 'json').map(({ body }) => ({ rule: 'fence-other', body })),
    { rule: 'whole-text', body: spoken },
    ...freeStanding(spoken).map((body) => ({ rule: 'bare', body })),
  ];
  return candidates.flatMap(({ rule, body }) => {
    try {
      return [{ rule, value: JSON.parse(body.trim()) as unknown }];
    } catch {
      return [];
    }
  });
}

/** The reply without what the model thought to itself; an unclosed thought hides the rest. */
export function withoutThinking(reply: string): string {
  return reply.replace(/<think>[\s\S]*?(<\/think>|$)/gi, '');
}

/** Balanced `{...}` and `[...]` stretches, strings respected, outermost first. */
function freeStanding(text: string): string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length; start += 1) {
    if (text[start] !== '{' && text[start] !== '[') continue;
    const end = closingBracket(text, start);
    if (end === -1) continue;
    found.push(text.slice(start, end + 1));
    start = end;
  }
  return found;
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

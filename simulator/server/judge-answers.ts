import { drawInteger } from './seeded-draws.ts';

/** What a judge is shown, as far as a reply needs it. */
type Shown = { readonly reference: string; readonly candidates: readonly string[] };

/** From this share of common words on, an answer counts as right. */
const rightFrom = 0.5;

/**
 * The model's reply to a request for a judgement: how many words the candidate answers have in common
 * with the reference, as a score from 0 to 5 and, where it is asked for, as yes or no. Written in one of
 * the ways in which models write it: bare JSON, fenced JSON, a dict of Python with the score as a
 * number or as text.
 *
 * @returns null where the request asks for no judgement, or shows nothing to judge
 */
export function judgeAnswers(texts: readonly string[], draw: string): string | null {
  const prompt = texts.join('\n');
  if (!/["'`]score["'`]\s*:/.test(prompt)) return null;
  const shown = texts.map(readShown).findLast((found) => found !== null) ?? null;
  if (shown === null) return null;
  const agreement = Math.min(...shown.candidates.map((text) => overlap(shown.reference, text)));
  const score = Math.round(5 * agreement);
  if (!/["'`]pred["'`]\s*:/.test(prompt)) return written({ score }, draw);
  return written({ pred: agreement >= rightFrom ? 'yes' : 'no', score }, draw);
}

/** The texts to judge: a JSON object, or lines that name them ("Correct Answer: ..."). */
function readShown(text: string): Shown | null {
  const members = readObject(text);
  const named = (pattern: RegExp): string[] =>
    Object.entries(members ?? {}).flatMap(([name, value]) =>
      pattern.test(name) && typeof value === 'string' ? [value] : [],
    );
  const [reference] =
    members === null ? linesAfter(text, referenceLine) : named(/reference|correct/i);
  const candidates =
    members === null ? linesAfter(text, candidateLine) : named(/candidate|predicted|prediction/i);
  return reference === undefined || candidates.length === 0 ? null : { reference, candidates };
}

const referenceLine = /^\s*(?:correct|reference) answer\s*:\s*(.*)$/gim;
const candidateLine = /^\s*(?:predicted|candidate) answer\w*\s*:\s*(.*)$/gim;

function linesAfter(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, rest]) => rest ?? '');
}

function readObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = value !== null && typeof value === 'object' && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** Words in common over all words (F1), from 0 to 1. */
function overlap(reference: string, candidate: string): number {
  const [left, right] = [wordsOf(reference), wordsOf(candidate)];
  const common = [...left].filter((word) => right.has(word)).length;
  return left.size + right.size === 0 ? 1 : (2 * common) / (left.size + right.size);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function written(said: { readonly pred?: string; readonly score: number }, draw: string): string {
  const json = JSON.stringify(said);
  const python = json.replaceAll('"', "'").replaceAll(':', ': ').replaceAll(',', ', ');
  const asText = python.replace(/'score': (\d)/, "'score': '$1'");
  const forms = [json, `\`\`\`json\n${json}\n\`\`\``, python, asText];
  return forms[drawInteger(draw, 'form') % forms.length] ?? json;
}

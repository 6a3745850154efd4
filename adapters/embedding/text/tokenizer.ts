import { z } from 'zod';
import { type ModelConfig, tokenizerConfigFile } from '../model-folder/model-config.ts';
import { unusableModelFile } from '../model-folder/model-folder-errors.ts';
import { readModelJson } from '../model-folder/model-json.ts';

/** A text as a model reads it: exactly as many tokens as the model's text length. */
export type TokenizedText = {
  readonly ids: readonly number[];
  /** 1 for a token of the text, its start or its end, 0 for padding. */
  readonly attentionMask: readonly number[];
  /** Whether the text was longer and lost its end. */
  readonly truncated: boolean;
};

/** Turns a text into tokens. */
export type TextTokenizer = (text: string) => TokenizedText;

/** Name of the file with the vocabulary and the rules. */
export const tokenizerFile = 'tokenizer.json';
const anyObject = z.looseObject({});
const sampleText = 'a';

/**
 * Loads the tokenizer of a model folder from `tokenizer.json` and `tokenizer_config.json`. Only these
 * two files are read: the library is given their contents and looks for nothing itself.
 *
 * @throws {EnvironmentError} when a file is missing or not a tokenizer
 */
export async function openTokenizer(path: string, config: ModelConfig): Promise<TextTokenizer> {
  const tokenizerJson = await readModelJson(path, tokenizerFile, anyObject);
  const tokenizerConfig = await readModelJson(path, tokenizerConfigFile, anyObject);
  const library = await loadLibrary();
  const tokenizer = ((): InstanceType<typeof library.PreTrainedTokenizer> => {
    try {
      return new library.PreTrainedTokenizer(tokenizerJson, tokenizerConfig);
    } catch (error) {
      throw unusableModelFile(path, tokenizerFile, messageOf(error), error);
    }
  })();
  const padding: unknown = tokenizer.pad_token_id;
  if (typeof padding !== 'number') {
    const problem = 'it names no pad_token that the tokenizer has';
    throw unusableModelFile(path, tokenizerConfigFile, problem);
  }
  const encode = (text: string, withEnds: boolean): number[] =>
    tokenizer.encode(text, { add_special_tokens: withEnds });
  const ends = endsOf(encode(sampleText, false), encode(sampleText, true));
  const lowers = config.family === 'siglip2' || lowerCases(tokenizerJson['normalizer']);
  const padsLeft = tokenizer.padding_side === 'left';
  return (text) =>
    fit(encode(lowers ? lowerCase(text) : text, false), ends, {
      length: config.textLength,
      padding,
      padsLeft,
    });
}

/** Heavy, hence loaded with the first text; it must never fetch anything. */
async function loadLibrary() {
  const library = await import('@huggingface/transformers');
  library.env.allowRemoteModels = false;
  return library;
}

type Ends = { readonly before: readonly number[]; readonly after: readonly number[] };

/** Tokens that the tokenizer puts before and after every text. */
function endsOf(bare: readonly number[], full: readonly number[]): Ends {
  const extra = full.length - bare.length;
  const starts = Array.from({ length: extra + 1 }, (_, start) => start);
  const start = starts.find((at) => bare.every((id, place) => full[at + place] === id)) ?? 0;
  return { before: full.slice(0, start), after: full.slice(start + bare.length) };
}

/**
 * Cuts the text, not its end token: SigLIP reads the last token and CLIP looks for the end token.
 * The library's own truncation cuts the end token off.
 */
function fit(
  content: readonly number[],
  { before, after }: Ends,
  target: { readonly length: number; readonly padding: number; readonly padsLeft: boolean },
): TokenizedText {
  const room = target.length - before.length - after.length;
  const ids = [...before, ...content.slice(0, room), ...after];
  const missing = target.length - ids.length;
  const paddingIds = Array.from({ length: missing }, () => target.padding);
  const zeros = paddingIds.map(() => 0);
  const ones = ids.map(() => 1);
  return {
    ids: target.padsLeft ? [...paddingIds, ...ids] : [...ids, ...paddingIds],
    attentionMask: target.padsLeft ? [...zeros, ...ones] : [...ones, ...zeros],
    truncated: content.length > room,
  };
}

/**
 * Sign by sign, as the tokenizers of Python do: a whole text would get another small sigma at the
 * end of Greek words.
 */
function lowerCase(text: string): string {
  return Array.from(text, (sign) => sign.toLowerCase()).join('');
}

/** Whether a tokenizer makes texts lower-case itself, alone or as one of several steps. */
function lowerCases(normalizer: unknown): boolean {
  const step = z
    .object({ type: z.string(), normalizers: z.array(z.unknown()).default([]) })
    .safeParse(normalizer);
  return step.success && (step.data.type === 'Lowercase' || step.data.normalizers.some(lowerCases));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

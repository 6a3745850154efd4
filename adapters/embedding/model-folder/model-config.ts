import { z } from 'zod';
import { unusableModelFile } from './model-folder-errors.ts';
import { readModelJson, readModelJsonIfThere } from './model-json.ts';

/** Kinds of models that embed pictures and texts into one space, as far as we must tell them apart. */
export type ModelFamily = 'siglip' | 'siglip2' | 'clip';

/** What `config.json` says about both towers. */
export type ModelConfig = {
  readonly family: ModelFamily;
  /** Side of the model's pictures in pixels; null when the file does not say. */
  readonly imageSize: number | null;
  /** Tokens of each text: shorter ones are padded, longer ones cut. */
  readonly textLength: number;
  /** Output of each tower in the space that both share; the first that the model has. */
  readonly outputNames: { readonly vision: readonly string[]; readonly text: readonly string[] };
};

export const configFile = 'config.json';
export const tokenizerConfigFile = 'tokenizer_config.json';

const configSchema = z.object({
  model_type: z.string().default('nothing'),
  image_size: z.int().optional(),
  vision_config: z.object({ image_size: z.int().optional() }).optional(),
  text_config: z
    .object({
      max_position_embeddings: z.int().positive().optional(),
      vocab_size: z.int().positive().optional(),
    })
    .optional(),
});
const tokenizerConfigSchema = z.object({ tokenizer_class: z.string().optional() });

/** The libraries' own defaults, which published files leave out. */
const textLengths: Readonly<Record<ModelFamily, number>> = { siglip: 64, siglip2: 64, clip: 77 };
/** Of Gemma's tokenizer, which SigLIP 2 has and SigLIP has not. */
const gemmaVocabulary = 256_000;

/**
 * CLIP's `pooler_output` is taken before the projection into the shared space, so it is of no use
 * here; SigLIP has no projection, and whole exports name the same vector `image_embeds`.
 */
const outputNames: Readonly<Record<ModelFamily, ModelConfig['outputNames']>> = {
  siglip: { vision: ['pooler_output', 'image_embeds'], text: ['pooler_output', 'text_embeds'] },
  siglip2: { vision: ['pooler_output', 'image_embeds'], text: ['pooler_output', 'text_embeds'] },
  clip: { vision: ['image_embeds'], text: ['text_embeds'] },
};

/**
 * Reads `config.json`, and `tokenizer_config.json` if it is there.
 *
 * @throws {EnvironmentError} when the model is of another kind; says which kinds are supported
 */
export async function readModelConfig(path: string): Promise<ModelConfig> {
  const config = await readModelJson(path, configFile, configSchema);
  const family = await familyOf(path, config);
  return {
    family,
    imageSize: config.vision_config?.image_size ?? config.image_size ?? null,
    textLength: config.text_config?.max_position_embeddings ?? textLengths[family],
    outputNames: outputNames[family],
  };
}

/** Fixed-resolution SigLIP 2 calls itself siglip; only its tokenizer gives it away. */
async function familyOf(path: string, config: z.infer<typeof configSchema>): Promise<ModelFamily> {
  const type = config.model_type.replace(/_(vision|text)_model$/, '');
  if (type === 'clip' || type === 'siglip2') return type;
  if (type !== 'siglip') {
    throw unusableModelFile(
      path,
      configFile,
      `its model_type is ${config.model_type}; supported are siglip, siglip2 and clip`,
    );
  }
  if ((config.text_config?.vocab_size ?? 0) >= gemmaVocabulary) return 'siglip2';
  const tokenizer = await readModelJsonIfThere(path, tokenizerConfigFile, tokenizerConfigSchema);
  return /^(Gemma|Siglip2)/.test(tokenizer?.tokenizer_class ?? '') ? 'siglip2' : 'siglip';
}

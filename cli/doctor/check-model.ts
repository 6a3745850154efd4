import sharp from 'sharp';
import { openEmbedder } from '../../adapters/embedding/embedder.ts';
import type { EmbeddingSpec } from '../../domain/run-spec.ts';
import { broken, type Finding, finding } from './check.ts';

/** Loads the embedding model and embeds one picture with it. */
export function checkModel(embedding: EmbeddingSpec): Promise<Finding> {
  const check = 'embedding model';
  const fix = `copy config.json, preprocessor_config.json and onnx/vision_model.onnx of ${embedding.model} to ${embedding.path}`;
  return finding(check, fix, async () => {
    const embedder = await openEmbedder({ ...embedding, modelId: embedding.model });
    try {
      const { vectors } = await embedder.embed([await grayPicture()]);
      const length = Math.hypot(...vectors);
      if (Math.abs(length - 1) > 1e-3)
        return broken(check, `gives vectors of length ${length}`, fix);
      return `${embedding.model}: ${embedder.dimension} values a picture, weights ${embedder.modelHash.slice(0, 12)}`;
    } finally {
      await embedder.close();
    }
  });
}

function grayPicture(): Promise<Buffer> {
  const background = { r: 128, g: 128, b: 128 };
  return sharp({ create: { width: 64, height: 64, channels: 3, background } })
    .jpeg()
    .toBuffer();
}

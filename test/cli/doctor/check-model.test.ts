import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkModel } from '../../../cli/doctor/check-model.ts';

const tinyModel = fileURLToPath(new URL('../../../simulator/model/tiny-siglip', import.meta.url));

it('embeds one picture with the model', async () => {
  const found = await checkModel({ model: 'tiny', path: tinyModel, device: 'cpu', dtype: 'fp32' });
  expect(found).toMatchObject({ ok: true, fix: null });
  expect(found.detail).toContain('96 values a picture');
});

it('says what to copy where the model is missing', async () => {
  const found = await checkModel({
    model: 'tiny',
    path: `${tinyModel}-gone`,
    device: 'cpu',
    dtype: 'fp32',
  });
  expect(found.ok).toBe(false);
  expect(found.fix).toContain('vision_model.onnx');
});

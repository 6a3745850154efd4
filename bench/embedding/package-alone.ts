/**
 * ONNX Runtime's npm package and nothing of ours, in a process of its own, for bench:embed: what any
 * program in Node can get. Started with a vision model's file and its side in pixels; reads numbers
 * of pictures, one a line, and answers with the seconds that they took.
 */
import { createInterface } from 'node:readline';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const [modelPath, side] = process.argv.slice(2);
const session = await InferenceSession.create(modelPath!);
const dims = [1, 3, Number(side), Number(side)];
const pixels = new Float32Array(3 * Number(side) ** 2).map((_, at) => Math.sin(at));

for await (const pictures of createInterface({ input: process.stdin })) {
  const started = performance.now();
  for (let done = 0; done < Number(pictures); done++) {
    await session.run({ pixel_values: new Tensor('float32', pixels, dims) }, ['pooler_output']);
  }
  process.stdout.write(`${(performance.now() - started) / 1000}\n`);
}

import { parseArgs } from 'node:util';
import {
  measureRetrieval,
  retrievalArms,
  seenRate,
  type RetrievalArm,
  type RetrievalResult,
} from './measure-retrieval.ts';
import { loadTinyVision } from './tiny-vision.ts';

/** A percentile interval from resampling whole videos: questions of one video are not independent. */
function interval(results: readonly RetrievalResult[], arm: RetrievalArm): [number, number] {
  const groups = groupBy(results, (result) => result.video).map(({ part }) => part);
  const rates = Array.from({ length: 1000 }, () => {
    const drawn = groups.flatMap(() => groups[Math.floor(Math.random() * groups.length)] ?? []);
    return seenRate(drawn, arm);
  }).toSorted((a, b) => a - b);
  return [rates[25] ?? 0, rates[974] ?? 1];
}

function groupBy<Key>(
  results: readonly RetrievalResult[],
  keyOf: (result: RetrievalResult) => Key,
): { key: Key; part: RetrievalResult[] }[] {
  const keys = [...new Set(results.map(keyOf))];
  return keys.map((key) => ({ key, part: results.filter((result) => keyOf(result) === key) }));
}

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'simulator/model/tiny-siglip/onnx/vision_model.onnx' },
    videos: { type: 'string', default: '40' },
    questions: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
  },
});
const results = await measureRetrieval({
  embed: await loadTinyVision(values.model),
  videos: Number(values.videos),
  questionsPerVideo: Number(values.questions),
  seed: values.seed,
});
console.log(`${results.length} questions on ${values.videos} videos, 8 frames each: event seen`);
for (const arm of retrievalArms) {
  const [low, high] = interval(results, arm);
  const kinds = groupBy(results, (result) => result.kind);
  const perKind = kinds.map(({ key, part }) => `${key} ${seenRate(part, arm).toFixed(2)}`);
  const rate = seenRate(results, arm).toFixed(3);
  const range = `[${low.toFixed(2)}, ${high.toFixed(2)}]`;
  console.log(`${arm.padEnd(12)} ${rate} ${range}  ${perKind.join('  ')}`);
}

import { describe, expect, it } from 'vitest';
import { createPullProgress } from '../../cli/commands/models-progress.ts';

describe('the progress of a pull', () => {
  it('says each tenth of a large file once, and a small file when it is whole', () => {
    const lines: string[] = [];
    const report = createPullProgress((line) => lines.push(line));

    report({ file: 'config.json', bytes: 300, totalBytes: 600 });
    report({ file: 'config.json', bytes: 600, totalBytes: 600 });
    for (const bytes of [1, 2, 60, 61, 119, 120, 600].map((part) => part * 1_000_000)) {
      report({ file: 'onnx/vision_model.onnx', bytes, totalBytes: 600_000_000 });
    }

    expect(lines).toEqual([
      'config.json  100% of 0.6 kB',
      'onnx/vision_model.onnx  0% of 600.0 MB',
      'onnx/vision_model.onnx  10% of 600.0 MB',
      'onnx/vision_model.onnx  20% of 600.0 MB',
      'onnx/vision_model.onnx  100% of 600.0 MB',
    ]);
  });

  it('names a file of unknown size once', () => {
    const lines: string[] = [];
    const report = createPullProgress((line) => lines.push(line));

    report({ file: 'config.json', bytes: 10, totalBytes: null });
    report({ file: 'config.json', bytes: 20, totalBytes: null });

    expect(lines).toEqual(['config.json']);
  });
});

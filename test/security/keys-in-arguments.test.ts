import { describe, expect, it } from 'vitest';
import { refuseSecrets } from '../../cli/refuse-secrets.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { argumentsWithKeys } from './keys-in-arguments.ts';

const environment = { ARK_API_KEY: 'c0ffee00-1111-2222-3333-444455556666' };

describe('a command line with a key', () => {
  it('has a corpus of at least 40', () => {
    expect(argumentsWithKeys.length).toBeGreaterThanOrEqual(40);
  });

  it.each(argumentsWithKeys.map((argv) => [argv]))(
    'is refused without repeating it: %j',
    (argv) => {
      const refusing = () => refuseSecrets(argv, environment);

      expect(refusing).toThrow(UsageError);
      expect(refusing).toThrow('VIDEOQA_API_KEY');
      for (const part of argv.filter((each) => each.length > 8))
        expect(refusing).not.toThrow(part.slice(-8));
    },
  );

  it.each([
    ['run', 'run.yaml', '--json'],
    ['run', '-tm', 'qwen-vl', '--base_url', 'http://127.0.0.1:8000/v1', '-fp', 'frames/'],
    ['show', 'lvbench-1a2b3c4d', 'Cm73ma6Ibcs#3'],
    ['index', 'https://host/sk-video.mp4?v=1', '--model', 'risk-assessment-model/'],
    ['show', 'run', 'a0ffee00-1111-2222-3333-444455556666'],
    ['models', 'pull', 'onnx-community/siglip2-base-patch16-224-ONNX@main'],
  ])('that only looks a little like it is taken: %s %s %s', (...argv) => {
    expect(() => refuseSecrets(argv, environment)).not.toThrow();
  });
});

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runProgram } from '../../cli/program.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { placeFiles } from '../support/dataset-files.ts';

let printed: string;
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => vi.restoreAllMocks());

const header = ',video_id,answer,question,video_name,question_id,question_type';
const table = [header, '1,1201,man,who runs?,clip,1201_1,0', '2,1201,,who runs?,clip,1201_2,0'];

describe('videoqa dataset inspect', () => {
  it('prints counts and problems as JSON, and ends with 0 where a run could start', async () => {
    const folder = await placeFiles({ 'MSVD_QA.csv': table.join('\n') });
    const path = join(folder, 'MSVD_QA.csv');

    const command = ['dataset', 'inspect', '--format', 'msvd-qa', '--path', path];
    const code = await runProgram([...command, '--json']);

    expect(code).toBe(0);
    expect(JSON.parse(printed)).toEqual({
      items: 2,
      videos: 1,
      optionCounts: { 0: 2 },
      answerForms: { free: 2 },
      categories: { type: { 0: 2 } },
      problems: [
        {
          kind: 'duplicate_question',
          severity: 'warning',
          count: 1,
          examples: [
            `${path}, line 3, record 2: the same question was asked of this video before. All are asked.`,
          ],
        },
        {
          kind: 'empty_answer',
          severity: 'warning',
          count: 1,
          examples: [
            `${path}, line 3, record 2: its answer is empty. Fill it in, or it is not scored.`,
          ],
        },
      ],
    });
  });

  it('counts the videos that are not in their folder, where it is named, and ends with 0', async () => {
    const lost = '3,1202,man,who sits?,other,1202_1,0';
    const folder = await placeFiles({
      'MSVD_QA.csv': [...table.slice(0, 2), lost].join('\n'),
      'videos/clip.avi': 'not looked into',
    });
    const path = join(folder, 'MSVD_QA.csv');
    const command = ['dataset', 'inspect', '--format', 'msvd-qa', '--path', path, '--json'];

    const code = await runProgram([...command, '--videos', join(folder, 'videos')]);

    expect(code).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      videos: 2,
      problems: [
        {
          kind: 'missing_media',
          severity: 'excluded',
          count: 1,
          examples: [expect.stringContaining('video other has no file')],
        },
      ],
    });
    await expect(runProgram([...command, '--videos', join(folder, 'nowhere')])).rejects.toThrow(
      'nowhere cannot be read (ENOENT)',
    );
  });

  it('prints the same for people', async () => {
    const folder = await placeFiles({ 'MSVD_QA.csv': table.slice(0, 2).join('\n') });

    await runProgram([
      'dataset',
      'inspect',
      '--format',
      'msvd-qa',
      '--path',
      join(folder, 'MSVD_QA.csv'),
    ]);

    expect(printed.split('\n')).toEqual([
      '1 questions about 1 videos',
      'options  none: 1',
      'answers  free: 1',
      'type  0: 1',
      'no problems',
      '',
    ]);
  });

  it('ends with 2 where a problem is fatal', async () => {
    const folder = await placeFiles({ 'a.csv': 'question\nwho?\n' });
    const inspect = (path: string) =>
      runProgram(['dataset', 'inspect', '--format', 'msvd-qa', '--path', path, '--json']);

    expect(await inspect(join(folder, 'a.csv'))).toBe(2);
    expect(JSON.parse(printed)).toMatchObject({
      items: 0,
      problems: [{ kind: 'missing_column', severity: 'fatal', count: 1 }],
    });
    expect(await inspect(join(folder, 'none.csv'))).toBe(2);
  });

  it.each([
    ['a list', 'empty.json', '[]'],
    ['a bare header', 'header.csv', header],
  ])('ends with 2 where %s holds no questions', async (_, name, content) => {
    const folder = await placeFiles({ [name]: content });

    const path = join(folder, name);
    const code = await runProgram(['dataset', 'inspect', '--format', 'msvd-qa', '--path', path]);

    expect(code).toBe(2);
    expect(printed).toContain('it holds no questions');
  });

  it('takes the mapping of the generic format from a file, and tells what is wrong in it', async () => {
    const folder = await placeFiles({
      'items.jsonl': '{"clip":"a.mp4","ask":"who?"}',
      'good.yaml': 'video: clip\nquestion: ask\n',
      'bad.yaml': 'video: clip\nquestoin: ask\n',
    });
    const inspect = (format: string, mapping: string) =>
      runProgram([
        'dataset',
        'inspect',
        '--format',
        format,
        '--path',
        join(folder, 'items.jsonl'),
        '--mapping',
        join(folder, mapping),
      ]);

    expect(await inspect('generic', 'good.yaml')).toBe(0);
    expect(printed).toContain('1 questions about 1 videos');
    await expect(inspect('generic', 'bad.yaml')).rejects.toThrow(
      new UsageError(
        [
          `${join(folder, 'bad.yaml')}:1: question: is missing`,
          `${join(folder, 'bad.yaml')}:2: questoin: unknown key; did you mean question?`,
        ].join('\n'),
      ),
    );
    await expect(inspect('lvbench', 'good.yaml')).rejects.toThrow(/goes with --format generic/);
  });

  it('names the nearest format where there is none of that name', async () => {
    await expect(
      runProgram(['dataset', 'inspect', '--format', 'msvdqa', '--path', 'x']),
    ).rejects.toThrow(/no dataset format msvdqa; did you mean msvd-qa\?/);
  });
});

it('videoqa dataset formats lists every format with its files', async () => {
  expect(await runProgram(['dataset', 'formats', '--json'])).toBe(0);
  const formats = JSON.parse(printed) as { format: string; files: string }[];

  const folder = join(import.meta.dirname, '../../adapters/datasets/formats');
  const names = (await readdir(folder)).map((name) => name.replace('.ts', ''));
  expect(formats.map(({ format }) => format)).toEqual(names.toSorted());
  expect(formats.every(({ files }) => files.length > 10)).toBe(true);
});

describe('videoqa dataset convert', () => {
  it('writes the pair of files and names them', async () => {
    const folder = await placeFiles({ 'MSVD_QA.csv': table.join('\n') });
    const convert = [
      '--format',
      'igvlm',
      '--path',
      join(folder, 'MSVD_QA.csv'),
      '--to',
      'qa-pairs',
    ];

    const code = await runProgram(['dataset', 'convert', ...convert, '--out', join(folder, 'out')]);

    expect(code).toBe(0);
    expect(printed.trim().split('\n')).toEqual(
      ['val_q.json', 'val_a.json'].map((name) => join(folder, 'out', name)),
    );
    expect((await readdir(join(folder, 'out'))).toSorted()).toEqual(['val_a.json', 'val_q.json']);
  });

  it('knows no other layouts', async () => {
    const args = ['--format', 'mlvu', '--path', 'x', '--to', 'qa-pairs', '--out', 'y'];

    expect(await runProgram(['dataset', 'convert', ...args])).toBe(2);
  });
});

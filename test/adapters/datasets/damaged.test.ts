import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../../adapters/datasets/load-formats.ts';
import type { Problem } from '../../../adapters/datasets/problem.ts';
import { readDataset } from '../../../adapters/datasets/read-dataset.ts';
import { placeFiles } from '../../support/dataset-files.ts';
import { type Sample, type SampleFile, samples } from './damage-samples.ts';

const known = await formatNames();

/** Reads a sample again and again, with one of its files written anew each time. */
async function openSample({ format, files, mapping }: Sample, damaged: string) {
  const texts = Object.entries(files).map(([name, { text }]) => [name, text] as const);
  const folder = await placeFiles(Object.fromEntries(texts));
  const dataset = {
    format,
    path: join(folder, texts[0]![0]),
    ...(mapping !== undefined && { mapping }),
  };
  return async (content: string | Uint8Array) => {
    await writeFile(join(folder, damaged), content);
    return readDataset(dataset);
  };
}

/** The fatal problems; each names the file, a line of it, and a reason with a remedy. */
function refusals(problems: readonly Problem[], file: string): Problem[] {
  const fatal = problems.filter(({ severity }) => severity === 'fatal');
  for (const { file: named, line, what, fix } of fatal) {
    expect(basename(named)).toBe(file);
    expect(line).toBeGreaterThan(0);
    expect([what, fix].join(' ')).toMatch(/\w+ \w+/);
  }
  return fatal;
}

for (const sample of samples) {
  const { format, files, repeats } = sample;
  const title = `${format}: ${Object.keys(files).join(', ')}`;
  describe.skipIf(!known.includes(format))(title, () => {
    it('is whole before it is damaged', async () => {
      const [[name, { text }]] = Object.entries(files) as [[string, SampleFile]];
      const { items, problems } = await (await openSample(sample, name))(text);

      expect(problems.filter(({ severity }) => severity !== 'warning')).toEqual([]);
      expect(items.length).toBeGreaterThanOrEqual(2);
    });

    describe.each(Object.entries(files))('its %s', (name, { text, required }) => {
      it('is refused when it is cut short, unless what is left is whole', async () => {
        const read = await openSample(sample, name);
        const bytes = new TextEncoder().encode(text);
        let refused = 0;
        for (let end = 1; end < bytes.length; end += 7) {
          const left = bytes.subarray(0, end);
          const { problems } = await read(left);
          if (isWhole(name, left)) continue;
          expect(refusals(problems, name), `cut at byte ${end}`).not.toEqual([]);
          refused += 1;
        }
        expect(refused).toBeGreaterThan(3);
      });

      it('is refused when it is empty', async () => {
        const { items, problems } = await (await openSample(sample, name))('');

        expect(problems).toContainEqual(expect.objectContaining({ severity: 'fatal' }));
        expect(basename(problems[0]?.file ?? '')).toBe(name);
        if (name === Object.keys(files)[0]) expect(items).toEqual([]);
      });

      it.each([
        ['Latin-1', Buffer.from(text, 'latin1')],
        ['UTF-16', Buffer.from(`\ufeff${text}`, 'utf16le')],
        ['UTF-16 without its mark', Buffer.from(text, 'utf16le')],
      ])('is refused as %s', async (encoding, bytes) => {
        const { problems } = await (await openSample(sample, name))(bytes);

        const [first] = refusals(problems, name);
        expect(first).toMatchObject({ kind: 'unreadable', what: 'it is not UTF-8 text' });
        if (encoding === 'Latin-1')
          expect(first?.line).toBe(text.slice(0, text.indexOf('é')).split('\n').length);
      });

      it.each(required)('is refused without the column or field %s', async (field) => {
        const { problems } = await (await openSample(sample, name))(without(name, text, field));

        const fatal = refusals(problems, name);
        expect(fatal.map(({ kind }) => kind)).toContain('missing_column');
        expect(fatal.map(({ what }) => what).join()).toContain(field);
      });

      it.skipIf(required.length === 0)(`with a record twice is ${repeats}`, async () => {
        const { items, problems } = await (await openSample(sample, name))(repeated(name, text));

        const fatal = refusals(problems, name);
        if (repeats === 'refused')
          expect(new Set(fatal.map(({ kind }) => kind))).toEqual(new Set(['duplicate_id']));
        else {
          expect(fatal).toEqual([]);
          expect(new Set(items.map(({ item }) => item.itemId)).size).toBe(3);
          expect(problems.map(({ kind }) => kind)).toContain('duplicate_question');
        }
      });
    });
  });
}

const isTable = (name: string): boolean => /\.[ct]sv$/.test(name);

/** Whether the rest of a file cannot be told from a shorter file. */
function isWhole(name: string, bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes);
  if (text.includes('\ufffd')) return false;
  if (isTable(name)) return isWholeTable(name, text);
  const parts = name.endsWith('.jsonl') ? text.split('\n').filter((line) => line !== '') : [text];
  return parts.every(isJson);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isWholeTable(name: string, text: string): boolean {
  const isQuoting = name.endsWith('.csv');
  const bare = isQuoting ? text.replace(/"[^"]*"/g, '') : text;
  if (isQuoting && bare.includes('"')) return false;
  const counts = bare
    .split(/\r\n|\r$/)
    .filter((row) => row !== '')
    .map((row) => row.split(isQuoting ? ',' : '\t').length);
  return counts.every((count) => count === counts[0]);
}

function without(name: string, text: string, field: string): string {
  if (isTable(name)) {
    const [header = '', ...rows] = text.split('\r\n');
    const cells = header.split(/[,\t]/).map((cell) => (cell === field ? 'other' : cell));
    return [cells.join(name.endsWith('.csv') ? ',' : '\t'), ...rows].join('\r\n');
  }
  const kept = recordsOf(name, text).map((record) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => key !== field)),
  );
  return written(name, kept);
}

function recordsOf(name: string, text: string): object[] {
  const value: unknown = name.endsWith('.jsonl')
    ? text.split('\n').map((line): unknown => JSON.parse(line))
    : JSON.parse(text);
  return value as object[];
}

function repeated(name: string, text: string): string {
  if (isTable(name)) {
    const rows = text.trimEnd().split('\r\n');
    return [...rows, rows.at(-1)].join('\r\n');
  }
  const records = recordsOf(name, text);
  return written(name, [...records, records.at(-1)!]);
}

function written(name: string, records: readonly object[]): string {
  return name.endsWith('.jsonl')
    ? records.map((record) => JSON.stringify(record)).join('\n')
    : JSON.stringify(records, null, 2);
}

/** A JSON list as Python's `json.dump(indent=4, ensure_ascii=False)` lays it out, one record at a time. */
export async function* jsonList(
  records: AsyncIterable<unknown> | Iterable<unknown>,
): AsyncIterable<string> {
  yield* listAt(records, '');
}

/** The same for an object whose last member is a long list. */
export async function* jsonObjectWithList(
  head: Readonly<Record<string, unknown>>,
  member: string,
  records: AsyncIterable<unknown> | Iterable<unknown>,
): AsyncIterable<string> {
  const before = Object.entries(head).map(
    ([key, value]) => `${step}${JSON.stringify(key)}: ${indented(value, step)},\n`,
  );
  yield `{\n${before.join('')}${step}${JSON.stringify(member)}: `;
  yield* listAt(records, step);
  yield '\n}';
}

/** A small JSON value in the same layout. */
export const jsonValue = (value: unknown): string => indented(value, '');

const step = '    ';

async function* listAt(
  records: AsyncIterable<unknown> | Iterable<unknown>,
  margin: string,
): AsyncIterable<string> {
  let isFirst = true;
  for await (const record of records) {
    yield `${isFirst ? '[' : ','}\n${margin}${step}${indented(record, margin + step)}`;
    isFirst = false;
  }
  yield isFirst ? '[]' : `\n${margin}]`;
}

function indented(value: unknown, margin: string): string {
  return JSON.stringify(value, null, 4).replaceAll('\n', `\n${margin}`);
}

import { convertible, TorchFileError } from './torch-file-error.ts';
import { describeKind, isKind, type TorchValue } from './torch-values.ts';

/** No name of a file system is longer, and all together they must fit memory. */
const nameCapCharacters = 4096;
const namesCapCharacters = 2 ** 26;

/**
 * Takes a value as file names: a list or tuple of `str` or pathlib paths.
 *
 * @returns the names as Python's `str` gives them
 * @throws {TorchFileError} when it is something else, or too long
 */
export function namesOf(value: TorchValue): string[] {
  if (!isKind(value, 'list') && !isKind(value, 'tuple')) {
    throw convertible(`'filenames' is ${describeKind(value)}, not a list of str`);
  }
  const items: readonly TorchValue[] = value.items;
  let characters = 0;
  return items.map((item, row) => {
    const name = isKind(item, 'path') ? pathText(item.parts, item.windows) : item;
    if (typeof name !== 'string') {
      throw convertible(`entry ${row} of 'filenames' is ${describeKind(name)}, not a str`);
    }
    characters += name.length;
    if (name.length > nameCapCharacters || characters > namesCapCharacters) {
      throw new TorchFileError('unsupported', `its file names are too long, from row ${row} on`);
    }
    return name;
  });
}

/** Joins the parts of a path as pathlib does: an absolute part begins anew, "." and "//" go. */
function pathText(parts: readonly string[], windows: boolean): string {
  const separator = windows ? '\\' : '/';
  const anchor = windows ? /^(?:[A-Za-z]:\\?|\\+)/ : /^(?:\/\/(?!\/)|\/)/;
  const joined = parts
    .map((part) => (windows ? part.replaceAll('/', separator) : part))
    .reduce((left, part) => {
      if (left === '' || anchor.test(part)) return part;
      return left.endsWith(separator) ? left + part : left + separator + part;
    }, '');
  const root = anchor.exec(joined)?.[0] ?? '';
  const segments = joined
    .slice(root.length)
    .split(separator)
    .filter((segment) => segment !== '' && segment !== '.');
  return root + segments.join(separator) || '.';
}

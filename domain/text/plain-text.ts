const escape = '\\u001b';
const stringEnd = `(?:\\u0007|${escape}\\\\|\\u009c)`;

/** A title, link or device string with its end; without an end only its introducer is dropped. */
const stringCommand = new RegExp(
  `(?:${escape}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c\\n]*${stringEnd}`,
  'g',
);
const controlSequence = new RegExp(`(?:${escape}\\[|\\u009b)[0-?]*[ -/]*[@-~]`, 'g');
const otherEscape = new RegExp(`${escape}[ -/]*[0-~]`, 'g');

/**
 * What nobody sees, or what turns the text around it: control characters, formats (zero width,
 * direction, tags), fillers, line separators of another kind, and variation selectors beyond ASCII's
 * needs, which can carry hidden text.
 */
const unseen = String.raw`\p{Cc}\p{Cf}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u2028\u2029\u3164\uffa0\u{e0100}-\u{e01ef}`;
const unseenInText = new RegExp(String.raw`(?![\t\n])[${unseen}]`, 'gu');
const unseenInJson = new RegExp(String.raw`(?![\n])[${unseen}]`, 'gu');

/**
 * Text from outside (questions, replies, error messages) made safe for a terminal: escape sequences,
 * control characters and what is not seen are dropped, line breaks and tabs stay.
 */
export function plainText(text: string): string {
  return text
    .replace(stringCommand, '')
    .replace(controlSequence, '')
    .replace(otherEscape, '')
    .replace(unseenInText, '');
}

/** The same for a name that stands within a line: it cannot begin one of its own. */
export function plainLine(text: string): string {
  return plainText(text).replaceAll(/[\t\n]+/g, ' ');
}

/** JSON that means the same, with everything that a terminal would act on as `\u` escapes. */
export function plainJson(json: string): string {
  return json.replace(unseenInJson, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

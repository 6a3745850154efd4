/** A title or link sequence with its end; without an end only its introducer is dropped. */
const operatingSystemCommand =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)/g;
// oxlint-disable-next-line no-control-regex -- as above
const controlSequence = /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]/g;
// oxlint-disable-next-line no-control-regex -- as above
const otherEscape = /\u001b[ -/]*[0-~]/g;
/** C0 without tab and line feed, delete, C1, and the marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- as above
const controlCharacter = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from outside (questions, replies, error messages) made safe for a terminal: escape sequences
 * and control characters are dropped, line breaks and tabs stay.
 */
export function plainText(text: string): string {
  return text
    .replace(operatingSystemCommand, '')
    .replace(controlSequence, '')
    .replace(otherEscape, '')
    .replace(controlCharacter, '');
}

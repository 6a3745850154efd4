/**
 * Text from outside (questions, replies, error messages) made safe for a terminal: escape sequences
 * and control characters are dropped, line breaks and tabs stay.
 */
export function plainText(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      .replace(/\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)?|[@-Z\\^_])/g, '')
      // oxlint-disable-next-line no-control-regex -- as above
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '')
  );
}

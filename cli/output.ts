import { createSecretHider, secretsIn } from '../adapters/secrets/hide-secrets.ts';
import { plainJson, plainText } from '../domain/text/plain-text.ts';

/** Whatever an error or a reply quotes, no key of this process reaches a screen or a file. */
const hideSecrets = createSecretHider(secretsIn(process.env));

/** Data for the user or the next program; nothing for an empty text. */
export function printData(text: string): void {
  if (text !== '') process.stdout.write(line(plainText(text)));
}

/** Progress, notes and errors: never mixed with data. */
export function printNote(text: string): void {
  process.stderr.write(line(plainText(text)));
}

/** Stable JSON on one line less than unreadable: indented by 2. */
export function printJson(value: unknown): void {
  process.stdout.write(line(plainJson(JSON.stringify(value, null, 2))));
}

function line(text: string): string {
  const shown = hideSecrets(text);
  return shown.endsWith('\n') ? shown : `${shown}\n`;
}

/** Whether colours may be used on standard error. */
export function usesColour(): boolean {
  return process.stderr.isTTY && !process.env['NO_COLOR'];
}

/** Data for the user or the next program; nothing for an empty text. */
export function printData(text: string): void {
  if (text === '') return;
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Progress, notes and errors: never mixed with data. */
export function printNote(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`);
}

/** Stable JSON on one line less than unreadable: indented by 2. */
export function printJson(value: unknown): void {
  printData(JSON.stringify(value, null, 2));
}

/** Whether colours may be used on standard error. */
export function usesColour(): boolean {
  return process.stderr.isTTY && !process.env['NO_COLOR'];
}

/** Names this process in records: its pid and when it started, so that a reused pid is another process. */
export function currentProcessId(): string {
  return `${process.pid}@${Math.round(performance.timeOrigin)}`;
}

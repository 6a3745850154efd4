/** File name without its folder and its last extension: `a/video_info.meta.jsonl` gives `video_info.meta`. */
export function fileStem(path: string): string {
  const name = path.split(/[/\\]/).findLast((part) => part !== '') ?? '';
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

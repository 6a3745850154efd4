import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Where downloaded and built things are kept between projects: `VIDEOQA_CACHE`, else
 * `$XDG_CACHE_HOME/durable-videoqa`, else `~/.cache/durable-videoqa`. It need not exist.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  if (environment['VIDEOQA_CACHE']) return environment['VIDEOQA_CACHE'];
  const home = environment['HOME'] || homedir();
  const caches = environment['XDG_CACHE_HOME'] || join(home, '.cache');
  return join(caches, 'durable-videoqa');
}

/** The file that remembers which videos can be decoded. */
export function checkedVideos(environment: NodeJS.ProcessEnv): string {
  return join(cacheFolder(environment), 'checked-videos.txt');
}

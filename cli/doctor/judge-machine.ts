import { broken, type Finding, passed } from './check.ts';

const gib = 2 ** 30;

/** @param version  as `process.versions.node` has it */
export function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > 20 || (major === 20 && minor >= 19);
  if (isNewEnough) return passed('Node.js', version);
  return broken('Node.js', `${version}; 20.19 or newer is needed`, 'nvm install 24');
}

/** @param failure  why it does not load; null when it does */
export function judgeNativeModule(name: string, failure: string | null): Finding {
  const check = `module ${name}`;
  if (failure === null) return passed(check, 'loads');
  return broken(check, `does not load: ${failure}`, 'npm ci');
}

/** @param limit  files that this process may have open; null where the system does not say */
export function judgeOpenFiles(limit: number | null): Finding {
  const check = 'open files';
  if (limit === null) return passed(check, 'the system does not tell its limit');
  if (limit >= 1024) return passed(check, `up to ${limit}`);
  return broken(check, `up to ${limit}; 1024 are needed`, 'ulimit -n 65536');
}

/** Weights are held once by the runtime, and once more while they are loaded. */
export function judgeMemory(facts: {
  readonly freeBytes: number;
  readonly modelBytes: number;
}): Finding {
  const check = 'memory';
  const neededBytes = gib / 2 + 2 * facts.modelBytes;
  const text = `${inGib(facts.freeBytes)} free, about ${inGib(neededBytes)} needed`;
  if (facts.freeBytes >= neededBytes) return passed(check, text);
  const fix = 'free -h  # and end what takes it, or choose a smaller dtype for models.embedding';
  return broken(check, text, fix);
}

/** @param lateMs  the worst lateness of a timer while this process had nothing to do */
export function judgeEventLoop(lateMs: number): Finding {
  const check = 'event loop';
  const text = `timers up to ${Math.round(lateMs)} ms late`;
  if (lateMs <= 500) return passed(check, text);
  return broken(check, `${text}: the machine is overloaded`, 'top  # and end what computes beside');
}

/** @param timeZone  as the system resolves it */
export function judgeTimeZone(timeZone: string | undefined): Finding {
  const check = 'time zone';
  if (timeZone) return passed(check, `${timeZone}; everything is stored in UTC`);
  return broken(check, 'TZ names no time zone that is known here', 'unset TZ');
}

/** gRPC uses these variables for the embedded server's address, too. */
export function judgeProxy(environment: Readonly<Record<string, string | undefined>>): Finding {
  const check = 'proxy';
  const names = ['grpc_proxy', 'https_proxy', 'http_proxy'];
  const set = names.filter((name) => environment[name]);
  if (set.length === 0) return passed(check, 'none is set');
  const exempt = (environment['no_grpc_proxy'] ?? environment['no_proxy'] ?? '').split(',');
  const isExempt = exempt.some((host) => host.trim() === '127.0.0.1' || host.trim() === '*');
  if (isExempt) return passed(check, `${set.join(', ')}, not for 127.0.0.1`);
  const fix = 'export no_proxy=127.0.0.1,localhost';
  return broken(check, `${set.join(', ')} would also be asked for 127.0.0.1`, fix);
}

/** @param problem  why the address cannot be listened on; null when it can */
export function judgeMetricsAddress(address: string | null, problem: string | null): Finding {
  const check = 'metrics';
  if (address === null) return passed(check, 'off (VIDEOQA_METRICS is not set)');
  if (problem === null) return passed(check, `${address} is free`);
  return broken(check, `${address}: ${problem}`, 'export VIDEOQA_METRICS=<another port>');
}

function inGib(bytes: number): string {
  return `${(bytes / gib).toFixed(1)} GiB`;
}

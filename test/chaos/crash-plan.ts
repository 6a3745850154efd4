import type { CrashPoint } from '../../domain/crash-points.ts';
import type { FaultKind } from '../../simulator/server/provider-settings.ts';

/**
 * One way of coming to a crash point. Commands follow one another; the one with `dies` is given with
 * the point armed, and again without it.
 */
export type CrashStory = {
  readonly name: string;
  /** Faults of the provider until the process has died. */
  readonly faults?: readonly FaultKind[];
  /** What happens before the command that dies: a run with failures, or one that is at work. */
  readonly before?: 'failed run' | 'run at work' | 'paused run';
  readonly dies: 'run' | 'retry' | 'pause' | 'resume' | 'cancel';
  /** Points that this story is for; null = all that no other story is for. */
  readonly points: readonly CrashPoint[] | null;
};

export const crashStories: readonly CrashStory[] = [
  { name: 'a run', dies: 'run', points: null },
  { name: 'a provider that hangs', faults: ['hang'], dies: 'run', points: ['call-failed'] },
  { name: 'a quota that is used up', faults: ['quota'], dies: 'run', points: ['run-stopping'] },
  {
    name: 'a retry',
    before: 'failed run',
    dies: 'retry',
    points: ['items-taken-up', 'drive-opened', 'root-started', 'rows-half-written'],
  },
  ...(['pause', 'resume', 'cancel'] as const).map((dies) => ({
    name: `a ${dies}`,
    before: dies === 'resume' ? ('paused run' as const) : ('run at work' as const),
    dies,
    points: ['wish-written', 'workflow-told'] as const,
  })),
];

#!/usr/bin/env node
import { runProgram } from './program.ts';
import { exitCodeOf } from './report-error.ts';

// A reader that has seen enough, such as `head`, is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await runProgram(process.argv.slice(2)).catch(exitCodeOf);

#!/usr/bin/env node
import { crashFromEnvironment } from '../adapters/crash/crash-from-environment.ts';
import { runProgram } from './program.ts';
import { exitCodeOf } from './report-error.ts';

// A reader that has seen enough, such as `head`, is no fault of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const run = async () => {
  crashFromEnvironment(process.env);
  return runProgram(process.argv.slice(2));
};
process.exitCode = await run().catch(exitCodeOf);

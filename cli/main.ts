#!/usr/bin/env node
import { createProgram } from './program.ts';
import { exitCodeOf } from './report-error.ts';

process.exitCode = await createProgram()
  .then((program) => program.run(process.argv.slice(2)))
  .catch(exitCodeOf);

#!/usr/bin/env node
import { runProgram } from './program.ts';
import { exitCodeOf } from './report-error.ts';

process.exitCode = await runProgram(process.argv.slice(2)).catch(exitCodeOf);

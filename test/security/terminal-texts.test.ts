import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { printData, printJson, printNote } from '../../cli/output.ts';
import { renderFindings } from '../../cli/render/findings-view.ts';
import { renderItem } from '../../cli/render/item-view.ts';
import { renderLine, renderLive } from '../../cli/render/live-view.ts';
import { renderSummary } from '../../cli/render/summary-view.ts';
import { exitCodeOf } from '../../cli/report-error.ts';
import { UsageError } from '../../domain/errors/usage-error.ts';
import { workerLogger } from '../../workers/worker-logger.ts';
import { sampleSummary } from '../cli/render/sample-summary.ts';
import { sampleJudgement } from '../results/sample-judgement.ts';
import { failedRow, sampleRow } from '../results/sample-run.ts';
import { terminalTexts } from './terminal-texts.ts';

/** Whatever a terminal acts on; tabs and line feeds it may. */
const acting =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /\u034f|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff]/;

let written = '';
beforeEach(() => {
  written = '';
  const keep = (text: unknown) => {
    written += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => vi.restoreAllMocks());

it('the corpus has at least 40 texts, each of which a terminal would act on', () => {
  expect(new Set(terminalTexts).size).toBeGreaterThanOrEqual(40);
  for (const text of terminalTexts) expect(text).toMatch(acting);
});

describe.each(terminalTexts.map((text) => [JSON.stringify(text), text]))('%s', (_, text) => {
  it('does not reach a terminal as data, note, error or JSON', () => {
    printData(`a${text}b`);
    printNote(`a${text}b`);
    exitCodeOf(new UsageError(`a${text}b`));
    exitCodeOf(new Error(`a${text}b`));
    printJson({ [text]: text });

    expect(written).not.toMatch(acting);
  });

  it('means the same in JSON', () => {
    printJson({ [text]: [text] });

    expect(JSON.parse(written)).toEqual({ [text]: [text] });
  });

  it('does not reach a terminal through a view, whichever field it stands in', async () => {
    const row = {
      ...failedRow(text, 'timeout'),
      ...sampleRow(text, 'B', {
        question: text,
        run_id: text,
        video_ids: [text],
        response_model: text,
        workflow_id: text,
        categories: { [text]: [text] },
        planned: [{ asked_frame_id: 1, used_frame_id: 1, prompt: text }],
      }),
      failure: { class: 'timeout' as const, step: null, message: text, attempts: 1 },
    };
    const item = {
      simulated: false,
      row,
      hit: null,
      calls: [],
      temporalUi: text,
      replies: [{ drive: 1, step: 'answer' as const, parseRule: text, text }],
      judgements: [{ judgement: sampleJudgement({ judge: text, item_ids: [text, text] }), text }],
    };
    const finding = { check: text, ok: false, detail: text, fix: text };
    const summary = { ...sampleSummary, runId: text, outputDir: text, temporalUi: text };

    for (const view of [renderItem(item), renderFindings([finding]), renderSummary(summary)])
      printData(view);

    const { strategy, simulated, state, counts, failures } = sampleSummary;
    const known = { strategy, simulated, state, counts, failures, steps: [], spentUsd: 1 };
    const pause = { account: text, reason: text, since: 0, until: 0, probes: 0 };
    const calls = { unclassifiedCalls: 1, pauses: [pause] };
    const progress = {
      ...known,
      ...calls,
      runId: text,
      elapsedS: 1,
      remainingS: 1,
      temporalUi: text,
    };
    // The live view is drawn without the printer.
    written += renderLive(progress, 80) + renderLine(progress);

    expect(written.length).toBeGreaterThan(500);
    expect(written).not.toMatch(acting);
  });

  it('does not reach a log line', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'log-'));
    try {
      const file = join(folder, 'worker.log');
      const log = workerLogger(file, 'info');

      log.warn(`a${text}b`, { item: text, error: new Error(text) });

      const lines = await readFile(file, 'utf8');
      expect(lines).not.toMatch(acting);
      expect(lines.trimEnd().split('\n')).toHaveLength(1);
      expect(JSON.parse(lines)).toMatchObject({ item: text });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

import { describe, expect, it } from 'vitest';
import { bundleWorkflows } from '../../workers/workflow-bundle.ts';

describe('the workflow bundle', () => {
  it('holds no schema library and nothing of Node, the activities or the adapters', async () => {
    const { code } = await bundleWorkflows();

    expect(code).not.toContain('ZodError');
    expect(code).not.toContain('createAnswerActivities');
    expect(code).not.toContain('noble');
    expect(code).not.toMatch(/require\(["']node:/);
  });
});

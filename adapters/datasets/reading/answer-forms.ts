import type { AnswerForm } from '../format.ts';

/** The number of an option from 0, as a cell has it; a cell without one names no option. */
export function indexForm(cell: string | number): AnswerForm {
  const text = String(cell).trim();
  if (text === '') return { form: 'text', text };
  return { form: 'index', index: /^\d+$/.test(text) ? Number(text) : -1 };
}

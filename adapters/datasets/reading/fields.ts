import { z } from 'zod';
import { faultOfFolderName } from '../folder-name.ts';

/** A name as text or number, such as a video id of digits. */
export const nameField = z
  .union([z.string(), z.number()], { error: 'must be text' })
  .transform(String)
  // Stored as UTF-8, two such names would become one.
  .refine((name) => !/\p{Surrogate}/u.test(name), { error: 'contains half a character' });

/** The id of a video: a name that can stand in a path. */
export const videoField = nameField.superRefine((key, context) => {
  const fault = faultOfFolderName(key);
  if (fault !== null)
    context.addIssue({ code: 'custom', message: `${fault} and cannot name a folder` });
});

/** Any text, the empty one included: what is empty is counted, not refused. */
export const textField = z.string({ error: 'must be text' });

/** Seconds from the start of a video. */
export const secondsField = z
  .number({ error: 'must be a number of seconds' })
  .nonnegative({ error: 'must not be negative' });

/** A list of texts, such as the options of a question. */
export const textsField = z.array(textField, { error: 'must be a list of texts' });

/** One text or several, such as the labels of a question. */
export const labelsField = z.union([textField.transform((label) => [label]), textsField], {
  error: 'must be text or a list of texts',
});

import { z } from 'zod';
import type { DatasetFormat } from '../format.ts';
import { filesOfFolder } from '../reading/files-of-folder.ts';
import { checkRecord } from '../reading/check-record.ts';
import { textField, videoField } from '../reading/fields.ts';
import { readJsonRecords } from '../reading/json-records.ts';

const recordSchema = z.looseObject({ video_name: videoField, caption: textField.nullish() });

/** What PLLaVA's recaptioning asks of every clip. */
const instruction =
  'Describe this video in one precise and detailed paragraph: the background, the characters, and what ' +
  'they do. Look at the whole of it and tell what matters. Say nothing of colours or of how many ' +
  'things there are, and nothing that you are not sure of.';

/**
 * A folder of clips to be captioned, as PLLaVA lays out Inter4K: `annotations.json` of `{video_name,
 * caption?}` and the clips below. Each clip is one item; its gold is the caption where there is one.
 */
export const format: DatasetFormat = {
  summary: 'annotations.json of {video_name, caption?}, or its folder',
  ids: 'unique',
  mediaRoots: ['60fps/UHD', 'videos', '.'],
  async *read({ path, note }) {
    const files = await filesOfFolder(path, (name) => name === 'annotations.json', note);
    for (const file of files) {
      for (const record of await readJsonRecords(file, note)) {
        const fields = checkRecord(record, recordSchema, note);
        if (fields === null) continue;
        const { video_name: videoId, caption } = fields;
        yield {
          place: record.place,
          id: videoId,
          videos: [{ videoId }],
          question: instruction,
          options: [],
          task: 'caption',
          answer: caption == null ? { form: 'none' } : { form: 'free', text: caption },
          spans: null,
          categories: {},
          source: record.value as Record<string, unknown>,
        };
      }
    }
  },
};

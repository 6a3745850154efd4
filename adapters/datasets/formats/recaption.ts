import { z } from 'zod';
import { suitePrompt } from '../../../domain/prompts/suite-prompts.ts';
import type { DatasetFormat } from '../format.ts';
import { filesOfFolder } from '../reading/files-of-folder.ts';
import { checkRecord } from '../reading/check-record.ts';
import { textField, videoField } from '../reading/fields.ts';
import { readJsonRecords } from '../reading/json-records.ts';

const recordSchema = z.looseObject({ video_name: videoField, caption: textField.nullish() });

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
          question: suitePrompt('recaption').requests.caption!.words,
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

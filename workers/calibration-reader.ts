import type { RunReader } from '../activities/run-reader.ts';
import { type CalibrationRecord, readCalibration } from '../domain/judging/calibration.ts';
import type { BlobStore } from '../domain/stores/blob-store.ts';

/** Reads calibration sets, each once: a set is small, and never changes under its name. */
export function createCalibrationReader(
  reader: Pick<RunReader, 'spec'>,
  blobs: Pick<BlobStore, 'get'>,
) {
  const known = new Map<string, Promise<ReadonlyMap<string, CalibrationRecord>>>();
  const read = async (artifact: string) => {
    const text = new TextDecoder().decode(await blobs.get(artifact));
    return new Map(readCalibration(text).map((record) => [record.hash, record]));
  };
  return async (runId: string): Promise<ReadonlyMap<string, CalibrationRecord>> => {
    const artifact = (await reader.spec(runId)).judging?.calibrationArtifact ?? null;
    if (artifact === null) return new Map();
    const found = known.get(artifact) ?? read(artifact);
    known.set(artifact, found);
    found.catch(() => known.delete(artifact));
    return found;
  };
}

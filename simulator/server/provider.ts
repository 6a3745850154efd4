import type { PictureReader } from '../vision/picture-reader.ts';
import type { Bill } from './bill.ts';
import type { FlightCounter } from './flight-counter.ts';
import type { MediaFolder } from './media-folder.ts';
import type { RequestWindow } from './request-window.ts';
import type { FaultSettings, LatencyMs, ProviderSettings } from './provider-settings.ts';

/** Everything the routes of one running simulated provider share. */
export type Provider = {
  readonly settings: ProviderSettings;
  /** The settings that `POST /control` may replace while the server runs. */
  readonly running: { faults: FaultSettings; latencyMs: LatencyMs };
  readonly bill: Bill;
  readonly media: MediaFolder;
  readonly pictures: PictureReader;
  readonly flight: FlightCounter;
  /** What the last minute brought. */
  readonly requests: RequestWindow;
  /** Aborted when the server closes, so that nothing keeps waiting. */
  readonly closing: AbortSignal;
};

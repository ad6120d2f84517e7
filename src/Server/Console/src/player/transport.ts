/** How a stream reaches the browser. */
export type TransportName = 'hls' | 'flv';

export interface TransportEvents {
  /** The stream is over, or cannot be had now; a later attempt may succeed. */
  lost(reason: string): void;
  /** This browser will never play it this way. */
  unsupported(reason: string): void;
}

/** Feeds a video element until it is destroyed. */
export interface Transport {
  /** Seconds behind the live edge, as far as the transport knows. */
  latency(): number | null;
  destroy(): void;
}

export type OpenTransport = (key: string, video: HTMLVideoElement, events: TransportEvents) => Promise<Transport>;

/** The path of a stream's media: every segment of its name is plain already, but the address bar's may not be. */
export const mediaPath = (key: string): string => `/${key.split('/').map(encodeURIComponent).join('/')}`;

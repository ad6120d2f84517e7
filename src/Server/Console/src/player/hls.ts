import type { ErrorData } from 'hls.js';
import { mediaPath, type OpenTransport } from './transport';

/** Plays HLS with hls.js, or with the browser's own player where there are no media source extensions. */
export const openHls: OpenTransport = async (key, video, events) => {
  const { default: Hls } = await import('hls.js');
  const url = `${mediaPath(key)}/index.m3u8`;
  if (!Hls.isSupported()) {
    return openNative(url, video, events);
  }

  const hls = new Hls({
    enableWorker: false, // its worker is a blob, which the page's content security policy does not let run
    lowLatencyMode: true,
    liveDurationInfinity: true,
    backBufferLength: 30,
    manifestLoadPolicy: { default: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 15_000, timeoutRetry: null, errorRetry: null } },
  });
  let recovered = false;
  hls.on(Hls.Events.ERROR, (_, data: ErrorData) => {
    if (!data.fatal) {
      return;
    }
    if (data.details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR || data.details === Hls.ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR) {
      events.unsupported('This browser cannot decode the stream.');
    } else if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !recovered) {
      recovered = true;
      hls.recoverMediaError();
    } else {
      events.lost(data.details);
    }
  });
  // A stream that has ended can be fetched for a while. Who watched it sees the rest; who comes later is not shown a repeat.
  let wasLive = false;
  hls.on(Hls.Events.LEVEL_LOADED, (_, { details }) => {
    wasLive ||= details.live;
    if (!wasLive) {
      hls.detachMedia();
      hls.stopLoad();
      events.lost('the stream ended');
    }
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => void video.play().catch(() => undefined));
  hls.loadSource(url);
  hls.attachMedia(video);
  return {
    latency: () => (Number.isFinite(hls.latency) && hls.latency > 0 ? hls.latency : null),
    destroy: () => hls.destroy(),
  };
};

const openNative: (url: string, ...rest: [HTMLVideoElement, Parameters<OpenTransport>[2]]) => ReturnType<OpenTransport> = async (url, video, events) => {
  if (!video.canPlayType('application/vnd.apple.mpegurl')) {
    events.unsupported('This browser has neither media source extensions nor a player for HLS.');
    return { latency: () => null, destroy: () => undefined };
  }
  const failed = (): void => events.lost(video.error?.message || 'the media element failed');
  video.addEventListener('error', failed);
  video.src = url;
  return {
    latency: () => null,
    destroy: () => {
      video.removeEventListener('error', failed);
      video.removeAttribute('src');
      video.load();
    },
  };
};

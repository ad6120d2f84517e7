import { mediaPath, type OpenTransport } from './transport';

/** Plays HTTP-FLV with mpegts.js. */
export const openFlv: OpenTransport = async (key, video, events) => {
  const { default: mpegts } = await import('mpegts.js');
  if (!mpegts.isSupported()) {
    events.unsupported('This browser has no media source extensions.');
    return { latency: () => null, destroy: () => undefined };
  }

  mpegts.LoggingControl.enableAll = false;
  const player = mpegts.createPlayer(
    { type: 'flv', isLive: true, url: `${location.origin}${mediaPath(key)}.flv` },
    { enableWorker: false, lazyLoad: false, liveSync: true, liveSyncTargetLatency: 1, liveSyncMaxLatency: 2.5, autoCleanupSourceBuffer: true },
  );
  player.on(mpegts.Events.ERROR, (type: string, detail: string) => {
    if (detail === mpegts.ErrorDetails.MEDIA_CODEC_UNSUPPORTED) {
      events.unsupported('This browser cannot decode the stream.');
    } else {
      events.lost(`${type}: ${detail}`);
    }
  });
  player.on(mpegts.Events.LOADING_COMPLETE, () => events.lost('the stream ended'));
  player.attachMediaElement(video);
  player.load();
  void Promise.resolve(player.play()).catch(() => undefined);
  return {
    latency: () => {
      const { buffered } = video;
      return buffered.length > 0 ? Math.max(0, buffered.end(buffered.length - 1) - video.currentTime) : null;
    },
    destroy: () => player.destroy(),
  };
};

/** Reads off the video element how well it plays. */
export class Meter {
  #frames = 0;
  #at = 0;

  constructor(private readonly video: HTMLVideoElement) {}

  reset(): void {
    this.#frames = 0;
    this.#at = 0;
  }

  /** Name and value of everything worth showing now; call it about once a second. */
  read(latency: number | null): [string, string][] {
    const { videoWidth, videoHeight, buffered, currentTime } = this.video;
    const quality = this.video.getVideoPlaybackQuality();
    const now = performance.now();
    const rate = this.#at > 0 ? ((quality.totalVideoFrames - this.#frames) * 1000) / (now - this.#at) : 0;
    this.#frames = quality.totalVideoFrames;
    this.#at = now;
    if (this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      return [];
    }

    const ahead = buffered.length > 0 ? Math.max(0, buffered.end(buffered.length - 1) - currentTime) : 0;
    const stats: [string, string][] = [
      ['Picture', videoWidth > 0 ? `${videoWidth}×${videoHeight}` : 'sound only'],
      ['Shown', `${Math.max(0, rate).toFixed(0)} fps`],
      ['Dropped', String(quality.droppedVideoFrames)],
      ['Buffer', `${ahead.toFixed(1)} s`],
    ];
    if (latency !== null) {
      stats.push(['Behind live', `${latency.toFixed(1)} s`]);
    }
    return stats;
  }
}

import { openFlv } from './flv';
import { openHls } from './hls';
import type { OpenTransport, Transport, TransportName } from './transport';

export type PlayerState = 'connecting' | 'playing' | 'stalled' | 'waiting' | 'unsupported';

const transports: Record<TransportName, OpenTransport> = { hls: openHls, flv: openFlv };
const firstRetryMs = 500;
const lastRetryMs = 4000;
const stallLimitMs = 12_000;

/** Keeps one live stream playing in a video element: opens it, notices when it ends or stands still, and opens it again. */
export class Player {
  #key: string | null = null;
  #name: TransportName = 'hls';
  #transport: Transport | null = null;
  #attempt = 0;
  #retryMs = firstRetryMs;
  #retry: number | undefined;
  #stall: number | undefined;
  #state: PlayerState = 'connecting';

  constructor(
    readonly video: HTMLVideoElement,
    private readonly changed: (state: PlayerState, detail: string) => void,
  ) {
    video.addEventListener('playing', () => this.#playing());
    video.addEventListener('timeupdate', () => this.#moved());
    video.addEventListener('waiting', () => this.#standing());
    video.addEventListener('ended', () => this.#lost('the stream ended'));
  }

  get state(): PlayerState {
    return this.#state;
  }

  get latency(): number | null {
    return this.#transport?.latency() ?? null;
  }

  /** Plays a stream from its live edge. The same stream by the same transport goes on as it is. */
  play(key: string, name: TransportName): void {
    if (key !== this.#key || name !== this.#name) {
      this.#key = key;
      this.#name = name;
      this.#retryMs = firstRetryMs;
      this.#state = 'connecting';
      void this.#open();
    }
  }

  /** Does not wait for the next attempt: the stream is known to be there again. */
  hurry(): void {
    if (this.#state === 'waiting') {
      this.#retryMs = firstRetryMs;
      void this.#open();
    }
  }

  stop(): void {
    this.#key = null;
    this.#close();
  }

  /** Goes to the newest picture that is there. */
  goLive(): void {
    const { seekable } = this.video;
    if (seekable.length > 0) {
      this.video.currentTime = Math.max(0, seekable.end(seekable.length - 1) - 1);
    }
    void this.video.play().catch(() => undefined);
  }

  async #open(): Promise<void> {
    this.#close();
    const key = this.#key;
    if (key === null) {
      return;
    }

    const attempt = ++this.#attempt;
    const current = (): boolean => attempt === this.#attempt;
    if (this.#state !== 'waiting') {
      this.#set('connecting', ''); // while a stream is away, its attempts are not worth showing
    }
    this.#watchStall();
    try {
      const transport = await transports[this.#name](key, this.video, {
        lost: (reason) => current() && this.#lost(reason),
        unsupported: (reason) => current() && this.#unsupported(reason),
      });
      if (current()) {
        this.#transport = transport;
      } else {
        transport.destroy();
      }
    } catch (error) {
      if (current()) {
        this.#lost(String(error));
      }
    }
  }

  #close(): void {
    this.#attempt++;
    clearTimeout(this.#retry);
    clearTimeout(this.#stall);
    this.#transport?.destroy();
    this.#transport = null;
  }

  #playing(): void {
    this.#retryMs = firstRetryMs;
    this.#set('playing', '');
  }

  #moved(): void {
    clearTimeout(this.#stall);
    if (this.#state === 'stalled' && !this.video.paused) {
      this.#set('playing', '');
    }
  }

  #standing(): void {
    if (this.#state === 'playing') {
      this.#set('stalled', '');
      this.#watchStall();
    }
  }

  #watchStall(): void {
    clearTimeout(this.#stall);
    this.#stall = window.setTimeout(() => {
      // A browser that does not start by itself holds a picture and waits for a click: that is not a lost stream.
      if (!(this.video.paused && this.video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA)) {
        this.#lost('no picture arrived');
      }
    }, stallLimitMs);
  }

  #lost(reason: string): void {
    if (this.#key === null) {
      return;
    }
    // Torn down by the retry, not here: transports report from inside their own callbacks.
    clearTimeout(this.#retry);
    clearTimeout(this.#stall);
    this.#set('waiting', reason);
    this.#retry = window.setTimeout(() => void this.#open(), this.#retryMs);
    this.#retryMs = Math.min(lastRetryMs, this.#retryMs * 2);
  }

  #unsupported(reason: string): void {
    clearTimeout(this.#stall);
    this.#set('unsupported', reason);
  }

  #set(state: PlayerState, detail: string): void {
    this.#state = state;
    this.changed(state, detail);
  }
}

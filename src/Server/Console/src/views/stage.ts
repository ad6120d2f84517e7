import { viewersOf, type Stream } from '../api';
import { copyable, h, icon } from '../dom';
import * as format from '../format';
import { Player, type PlayerState } from '../player/player';
import { mediaPath, type TransportName } from '../player/transport';
import { addresses } from './addresses';
import { Meter } from './meter';

const transportKey = 'mediaserver.transport';
const transportNames: Record<TransportName, string> = { hls: 'HLS', flv: 'HTTP-FLV' };

/** The player with its controls, and what is known about the stream below it. */
export class Stage {
  readonly #video = h('video', { muted: true, playsinline: true, autoplay: true, tabindex: '0', 'aria-label': 'Live picture' });
  readonly #overlay = h('div', { class: 'overlay', role: 'status' });
  readonly #screen: HTMLElement;
  readonly #live = h('button', { type: 'button', class: 'live', title: 'Go to the live edge', click: () => this.#player.goLive() }, 'Live');
  readonly #playButton = h('button', { type: 'button', class: 'icon-button', click: () => this.#togglePlay() });
  readonly #muteButton = h('button', { type: 'button', class: 'icon-button', click: () => this.#toggleMute() });
  readonly #volume = h('input', { type: 'range', min: 0, max: 1, step: 0.05, value: 1, 'aria-label': 'Volume', input: () => this.#setVolume() });
  readonly #switch: HTMLElement;
  readonly #title = h('h1');
  readonly #facts = h('ul', { class: 'facts' });
  readonly #stats = h('dl', { class: 'stats' });
  readonly #links = h('div', { class: 'links' });
  readonly #player: Player;
  readonly #meter: Meter;
  #key: string | null = null;
  #ingestPort = 1935;
  #transport: TransportName = localStorage.getItem(transportKey) === 'flv' ? 'flv' : 'hls';

  constructor(root: HTMLElement) {
    this.#video.muted = true; // the attribute alone does not mute an element that a script made
    this.#player = new Player(this.#video, (state, detail) => this.#show(state, detail));
    this.#meter = new Meter(this.#video);
    this.#switch = this.#makeSwitch();
    this.#screen = h(
      'div',
      { class: 'screen' },
      this.#video,
      this.#overlay,
      h(
        'div',
        { class: 'controls' },
        this.#playButton,
        this.#muteButton,
        this.#volume,
        this.#live,
        h('span', { class: 'spring' }),
        this.#switch,
        document.pictureInPictureEnabled &&
          h('button', { type: 'button', class: 'icon-button', title: 'Picture in picture', 'aria-label': 'Picture in picture', click: () => this.#togglePip() }, icon('pip')),
        h('button', { type: 'button', class: 'icon-button', title: 'Full screen (F)', 'aria-label': 'Full screen', click: () => this.#toggleFull() }, icon('full')),
      ),
    );
    root.append(this.#screen, h('div', { class: 'about' }, this.#title, this.#facts, this.#stats, this.#links));
    for (const event of ['play', 'pause', 'volumechange'] as const) {
      this.#video.addEventListener(event, () => this.#showControls());
    }
    this.#video.addEventListener('click', () => this.#togglePlay());
    this.#video.addEventListener('dblclick', () => this.#toggleFull());
    document.addEventListener('keydown', (event) => this.#onKey(event));
    setInterval(() => this.#showStats(), 1000);
    this.#showControls();
    this.showNothing();
  }

  set ingestPort(port: number) {
    this.#ingestPort = port;
    this.#showLinks();
  }

  /** Plays a stream; with what the server says about it, when it says anything. */
  show(key: string, stream: Stream | null): void {
    const isNew = key !== this.#key;
    this.#key = key;
    this.#screen.classList.remove('idle');
    if (isNew) {
      this.#meter.reset();
      this.#title.textContent = key;
      document.title = `${key} · MediaServer`;
      this.#showLinks();
    }
    this.#showFacts(stream);
    this.#player.play(key, this.#transport);
  }

  /** The stream just came (back): no need to wait for the next attempt. */
  hurry(): void {
    this.#player.hurry();
  }

  showNothing(): void {
    this.#key = null;
    this.#player.stop();
    this.#screen.classList.add('idle');
    this.#overlay.replaceChildren(h('strong', {}, 'No stream is live'), h('span', {}, 'It starts playing here as soon as one is published.'));
    this.#overlay.hidden = false;
    this.#title.textContent = '';
    this.#facts.replaceChildren();
    this.#links.replaceChildren();
    this.#stats.replaceChildren();
    document.title = 'MediaServer';
  }

  #makeSwitch(): HTMLElement {
    const options = Object.entries(transportNames).map(([name, label]) =>
      h(
        'label',
        {},
        h('input', { type: 'radio', name: 'transport', value: name, checked: name === this.#transport, change: () => this.#choose(name as TransportName) }),
        h('span', {}, label),
      ),
    );
    return h('div', { class: 'switch', role: 'radiogroup', 'aria-label': 'Play over' }, ...options);
  }

  #choose(name: TransportName): void {
    this.#transport = name;
    localStorage.setItem(transportKey, name);
    if (this.#key !== null) {
      this.#meter.reset();
      this.#player.play(this.#key, name);
    }
  }

  #show(state: PlayerState, detail: string): void {
    this.#screen.dataset['state'] = state;
    const texts: Record<PlayerState, [string, string] | null> = {
      connecting: ['Connecting…', ''],
      playing: null,
      stalled: ['Buffering…', ''],
      waiting: ['The stream is off air', 'It goes on here as soon as it is back.'],
      unsupported: ['This cannot be played here', detail],
    };
    const text = texts[state];
    this.#overlay.hidden = text === null;
    if (text) {
      this.#overlay.replaceChildren(
        ...(state === 'unsupported' ? [] : [h('span', { class: 'spinner' })]),
        h('strong', {}, text[0]),
        ...(text[1] ? [h('span', {}, text[1])] : []),
      );
    }
  }

  #showFacts(stream: Stream | null): void {
    const facts: string[] = [];
    if (stream) {
      const { video, audio } = stream;
      facts.push(
        ...(video ? [[video.codec, video.width && video.height ? `${video.width}×${video.height}` : '', stream.frameRate > 0 ? `${format.frameRate(stream.frameRate)} fps` : ''].filter(Boolean).join(' ')] : []),
        ...(audio ? [[audio.codec, audio.sampleRate ? `${audio.sampleRate / 1000} kHz` : '', audio.channels ? (audio.channels === 1 ? 'mono' : audio.channels === 2 ? 'stereo' : `${audio.channels} channels`) : ''].filter(Boolean).join(' ')] : []),
        format.bitrate(stream.bitrate),
        ...(stream.gopSeconds ? [`keyframe every ${stream.gopSeconds.toFixed(1)} s`] : []),
        format.count(viewersOf(stream), 'viewer'),
        stream.state === 'waiting' ? 'waiting for its publisher' : `live for ${format.duration(stream.uptimeSeconds)}`,
      );
    }
    this.#facts.replaceChildren(...facts.map((fact) => h('li', {}, fact)));
  }

  #showLinks(): void {
    if (this.#key === null) {
      return;
    }
    const play = addresses(this.#ingestPort);
    this.#links.replaceChildren(
      copyable('HLS', `${location.origin}${mediaPath(this.#key)}/index.m3u8`),
      copyable('HTTP-FLV', `${location.origin}${mediaPath(this.#key)}.flv`),
      copyable('RTMP', `${play.rtmp}/${this.#key}`),
    );
  }

  #showStats(): void {
    const stats = this.#key === null ? null : this.#meter.read(this.#player.latency);
    this.#stats.replaceChildren(...(stats ?? []).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
  }

  #showControls(): void {
    const { paused, muted, volume } = this.#video;
    this.#playButton.replaceChildren(icon(paused ? 'play' : 'pause'));
    this.#playButton.setAttribute('aria-label', paused ? 'Play' : 'Pause');
    this.#playButton.title = paused ? 'Play (Space)' : 'Pause (Space)';
    this.#muteButton.replaceChildren(icon(muted || volume === 0 ? 'muted' : 'sound'));
    this.#muteButton.setAttribute('aria-label', muted ? 'Turn the sound on' : 'Turn the sound off');
    this.#muteButton.title = muted ? 'Turn the sound on (M)' : 'Turn the sound off (M)';
    this.#volume.value = String(muted ? 0 : volume);
  }

  #togglePlay(): void {
    if (this.#key === null) {
      return;
    }
    if (this.#video.paused) {
      this.#player.goLive();
    } else {
      this.#video.pause();
    }
  }

  #toggleMute(): void {
    this.#video.muted = !this.#video.muted;
    if (!this.#video.muted && this.#video.volume === 0) {
      this.#video.volume = 1;
    }
  }

  #setVolume(): void {
    this.#video.volume = Number(this.#volume.value);
    this.#video.muted = this.#video.volume === 0;
  }

  #togglePip(): void {
    void (document.pictureInPictureElement ? document.exitPictureInPicture() : this.#video.requestPictureInPicture()).catch(() => undefined);
  }

  #toggleFull(): void {
    void (document.fullscreenElement ? document.exitFullscreen() : this.#screen.requestFullscreen()).catch(() => undefined);
  }

  #onKey(event: KeyboardEvent): void {
    const target = event.target as Element | null;
    if (event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, button, a, textarea, code')) {
      return;
    }
    const actions: Record<string, () => void> = { ' ': () => this.#togglePlay(), k: () => this.#togglePlay(), m: () => this.#toggleMute(), f: () => this.#toggleFull() };
    const action = actions[event.key.toLowerCase()];
    if (action) {
      event.preventDefault();
      action();
    }
  }
}

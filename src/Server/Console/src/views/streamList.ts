import { keyOf, viewersOf, type Stream } from '../api';
import { h } from '../dom';
import * as format from '../format';
import { watchPath } from '../router';

const worthTelling = 0.5; // of what the subscriber that is furthest behind may lag

/** The live streams, each a link that plays it. */
export class StreamList {
  #shown = '';

  constructor(private readonly root: HTMLElement) {}

  show(streams: Stream[], watchedKey: string | null): void {
    const rows = streams.map((stream) => this.#describe(stream));
    // Only what changed touches the page, or the focus would be lost with every answer.
    const next = JSON.stringify([rows, watchedKey]);
    if (next === this.#shown) {
      return;
    }
    this.#shown = next;
    const focused = document.activeElement?.getAttribute('data-key');
    this.root.replaceChildren(
      streams.length === 0
        ? h('p', { class: 'empty' }, 'Nothing is live at the moment.')
        : h('ul', { class: 'streams' }, ...rows.map((row) => this.#row(row, row.key === watchedKey))),
    );
    if (focused) {
      this.root.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
  }

  /** Says why the list cannot be shown. */
  explain(...content: (Node | string)[]): void {
    this.#shown = '';
    this.root.replaceChildren(...content);
  }

  #describe(stream: Stream): { key: string; picture: string; rate: string; viewers: string } {
    const { video, audio } = stream;
    const picture = video
      ? [video.codec, video.height ? `${video.width}×${video.height}` : '', stream.frameRate > 0 ? `${format.frameRate(stream.frameRate)} fps` : '']
      : [audio?.codec ?? 'waiting for media', 'sound only'];
    return {
      key: keyOf(stream),
      picture: stream.state === 'waiting' ? 'waiting for its publisher' : picture.filter(Boolean).join(' · '),
      rate: format.bitrate(stream.bitrate),
      viewers: format.count(viewersOf(stream), 'viewer') + (stream.fill.max >= worthTelling ? ` · ${format.percent(stream.fill.max)} full` : ''),
    };
  }

  #row(row: { key: string; picture: string; rate: string; viewers: string }, current: boolean): HTMLElement {
    return h(
      'li',
      {},
      h(
        'a',
        { href: watchPath(row.key), 'data-link': true, 'data-key': row.key, 'aria-current': current ? 'true' : null },
        h('span', { class: 'dot', 'aria-hidden': 'true' }),
        h('span', { class: 'name' }, row.key),
        h('span', { class: 'rate' }, row.rate),
        h('span', { class: 'detail' }, row.picture),
        h('span', { class: 'viewers' }, row.viewers),
      ),
    );
  }
}

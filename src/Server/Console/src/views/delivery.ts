import { fetchWorstSubscribers, keyOf, type Stream } from '../api';
import { h, setText } from '../dom';
import * as format from '../format';
import { dropsOf, durationsText, lagText } from './deliveryText';
import { SubscriberTable } from './subscriberTable';

const shownSubscribers = 50;

/** How the stream reaches its readers: how far they are behind, what they lost and why, and each of them. */
export class DeliveryPanel {
  readonly #figures = h('dl', { class: 'figures' });
  readonly #drops = h('ul', { class: 'drops', 'aria-label': 'Dropped frames by cause' });
  readonly #table = new SubscriberTable();
  #asked = 0;

  constructor(private readonly root: HTMLElement) {
    root.append(this.#figures, this.#drops, this.#table.element);
  }

  /** Shows the stream's figures at once, and its readers as soon as the server has told them. */
  async show(stream: Stream | null): Promise<void> {
    const ask = ++this.#asked;
    this.root.hidden = stream === null;
    if (stream === null) {
      return;
    }
    this.#showFigures(stream);
    const answer = await fetchWorstSubscribers(keyOf(stream), shownSubscribers);
    if (answer.ok && ask === this.#asked) {
      this.#table.show(answer.value);
    }
  }

  #showFigures(stream: Stream): void {
    const { fill, lag, delivery, flushDelay } = stream;
    const figures: [string, string][] = [
      ['Fill, worst / mean', `${format.percent(fill.max)} / ${format.percent(fill.mean)}`],
      ['Furthest behind', lagText(lag.max)],
      ['Receive to socket, p50 / p99', durationsText(delivery.latency)],
      ['Flush delay, p50 / p99', durationsText(flushDelay)],
      ['Bytes a send call', delivery.sendCalls > 0 ? format.bytes(delivery.sentBytes / delivery.sendCalls) : '–'],
      ['Swings', String(delivery.swings)],
    ];
    if (this.#figures.childElementCount === 0) {
      this.#figures.append(...figures.map(([name]) => h('div', {}, h('dt', {}, name), h('dd'))));
    }
    this.#figures.querySelectorAll('dd').forEach((value, i) => setText(value, figures[i]![1]));

    const drops = dropsOf(delivery).map(([reason, counts]) => `${format.word(reason)}: ${counts.video} video, ${counts.audio} audio`);
    const texts = drops.length > 0 ? drops : ['no frame dropped'];
    while (this.#drops.childElementCount > texts.length) {
      this.#drops.lastElementChild!.remove();
    }
    texts.forEach((text, i) => setText(this.#drops.children[i] ?? this.#drops.appendChild(h('li')), text));
  }
}

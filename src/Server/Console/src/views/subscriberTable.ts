import type { Subscriber, SubscriberState, Subscribers } from '../api';
import { h, setText } from '../dom';
import * as format from '../format';
import { dropsOf, durationsText, totalOf } from './deliveryText';

const columns = ['Subscriber', 'State', 'Policy', 'Fill', 'Behind', 'Dropped', 'Latency p50 / p99', 'For'];

/** Which of the colours a state has; the word beside it says the same. */
const tones: Record<SubscriberState, 'good' | 'warn' | 'bad' | 'calm'> = {
  catching_up: 'calm',
  normal: 'good',
  warning: 'warn',
  critical: 'bad',
  recovering: 'warn',
};

/** A row that stays as long as its subscriber: only what changed touches the page, so that nothing flickers and the scroll position stays. */
class Row {
  readonly element = h('tr');
  readonly #name = h('th', { scope: 'row' });
  readonly #state = h('span', { class: 'state' });
  readonly #meter = h('meter', { min: 0, max: 1, high: 0.95, low: 0.8, optimum: 0, 'aria-hidden': 'true' });
  readonly #fill = h('span');
  readonly #texts = [h('td'), h('td', { class: 'number' }), h('td', { class: 'number' }), h('td', { class: 'number' }), h('td', { class: 'number' })] as const;

  constructor() {
    const [policy, ...rest] = this.#texts;
    this.element.append(this.#name, h('td', {}, this.#state), policy, h('td', { class: 'fill' }, this.#meter, this.#fill), ...rest);
  }

  show(subscriber: Subscriber): void {
    const [policy, behind, dropped, latency, age] = this.#texts;
    setText(this.#name, subscriber.peer ? `${subscriber.kind} ${subscriber.peer}` : subscriber.kind);
    setText(this.#state, format.word(subscriber.state));
    this.#state.dataset['tone'] = tones[subscriber.state];
    setText(policy, subscriber.policy);
    this.#meter.value = subscriber.fill;
    setText(this.#fill, format.percent(subscriber.fill));
    setText(behind, `${format.count(subscriber.lag.frames, 'frame')} · ${format.shortTime(subscriber.lag.seconds)}`);
    behind.title = format.bytes(subscriber.lag.bytes);
    const drops = dropsOf(subscriber.delivery);
    setText(dropped, String(drops.reduce((sum, [, counts]) => sum + totalOf(counts), 0)));
    dropped.title = drops.map(([reason, counts]) => `${format.word(reason)} ${totalOf(counts)}`).join(', ');
    setText(latency, durationsText(subscriber.delivery.latency));
    setText(age, format.duration((Date.now() - Date.parse(subscriber.since)) / 1000));
  }
}

/** The readers of a stream, worst first. */
export class SubscriberTable {
  readonly element: HTMLElement;
  readonly #caption = h('caption');
  readonly #body = h('tbody');
  readonly #rows = new Map<string, Row>();

  constructor() {
    const head = h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)));
    // A region of its own that takes the focus: the arrow keys scroll it where the table is wider than the page.
    this.element = h('div', { class: 'subscribers', role: 'region', 'aria-label': 'Subscribers', tabindex: '0' }, h('table', {}, this.#caption, h('thead', {}, head), this.#body));
  }

  show({ total, subscribers }: Subscribers): void {
    setText(this.#caption, total > subscribers.length ? `${subscribers.length} of ${total} subscribers, the fullest first` : format.count(total, 'subscriber'));
    const left = new Set(this.#rows.keys());
    subscribers.forEach((subscriber, i) => {
      const key = subscriber.id ?? `${subscriber.kind} ${subscriber.since}`;
      const row = this.#rows.get(key) ?? new Row();
      this.#rows.set(key, row);
      left.delete(key);
      row.show(subscriber);
      if (this.#body.children[i] !== row.element) {
        this.#body.insertBefore(row.element, this.#body.children[i] ?? null);
      }
    });
    for (const key of left) {
      this.#rows.get(key)!.element.remove();
      this.#rows.delete(key);
    }
  }
}

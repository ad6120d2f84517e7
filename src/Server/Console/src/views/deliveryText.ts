import type { Counts, Delivery, Durations, Lag } from '../api';
import * as format from '../format';

export const totalOf = (counts: Counts): number => counts.audio + counts.video + counts.data;

export const lagText = (lag: Lag): string => `${format.count(lag.frames, 'frame')} · ${format.bytes(lag.bytes)} · ${format.shortTime(lag.seconds)}`;

export const durationsText = (durations: Durations): string =>
  durations.p50Seconds === null || durations.p99Seconds === null ? '–' : `${format.shortTime(durations.p50Seconds)} / ${format.shortTime(durations.p99Seconds)}`;

/** Drops by cause, the most frequent first; what a subscriber does not want, and what never happened, left out. */
export const dropsOf = (delivery: Delivery): [string, Counts][] =>
  Object.entries(delivery.dropped)
    .filter(([reason, counts]) => reason !== 'filtered' && totalOf(counts) > 0)
    .sort(([, left], [, right]) => totalOf(right) - totalOf(left));

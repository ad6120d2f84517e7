/** Bits per second, as people read them: `2.4 Mbit/s`. */
export function bitrate(bitsPerSecond: number): string {
  if (bitsPerSecond >= 1_000_000) {
    return `${(bitsPerSecond / 1_000_000).toFixed(1)} Mbit/s`;
  }
  return `${Math.round(bitsPerSecond / 1000)} kbit/s`;
}

/** A duration: `1:02:03`, or `2:03` below an hour. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A frame rate that was counted over a few seconds, no more exact than that: `30`, `12.5`. */
export const frameRate = (perSecond: number): string => {
  const nearest = Math.round(perSecond);
  return Math.abs(perSecond - nearest) < 0.4 ? String(nearest) : perSecond.toFixed(1);
};

/** A number with its noun: `1 viewer`, `3 viewers`. */
export const count = (value: number, noun: string): string => `${value} ${noun}${value === 1 ? '' : 's'}`;

/** A share of one: `12 %`. */
export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** A time shorter than a minute: `3 ms`, `1.2 s`. */
export const shortTime = (seconds: number): string => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(1)} s`);

/** Bytes: `512 B`, `14 KiB`, `1.5 MiB`. */
export function bytes(value: number): string {
  if (value < 1024) {
    return `${Math.round(value)} B`;
  }
  return value < 1024 * 1024 ? `${Math.round(value / 1024)} KiB` : `${(value / 1024 / 1024).toFixed(1)} MiB`;
}

/** A word of the API as people write it: `until_keyframe` is `until keyframe`. */
export const word = (name: string): string => name.replaceAll('_', ' ');

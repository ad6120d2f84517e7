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

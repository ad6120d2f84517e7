import { copyable, h } from '../dom';
import { addresses } from './addresses';

const isLocal = (): boolean => /^(localhost|127\..*|\[::1\])$/.test(location.hostname);

/** How to publish to this server, with its own addresses. */
export function showPublishGuide(root: HTMLElement, ingestPort: number, remotePublish: boolean): void {
  const { rtmp } = addresses(ingestPort);
  root.replaceChildren(
    ...(remotePublish || isLocal() ? [] : [h('p', { class: 'hint' }, 'Programs on other machines than the server need a key: put ?key=KEY behind the stream’s name. It was shown when the server was started first; “mediaserver keys add” makes another.')]),
    h('h3', {}, 'OBS Studio'),
    h('p', {}, 'Settings → Stream → Service: Custom. Then:'),
    copyable('Server', `${rtmp}/live`),
    copyable('Stream key', 'test'),
    h('p', { class: 'hint' }, 'Output → Keyframe interval: 2 s keeps the delay low and lets viewers join at once.'),
    h('h3', {}, 'ffmpeg'),
    copyable('A file, in real time', `ffmpeg -re -i clip.mp4 -c copy -f flv ${rtmp}/live/test`),
    copyable('A test picture', `ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -f lavfi -i sine=frequency=440 -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60 -c:a aac -f flv ${rtmp}/live/test`),
  );
}

import { fetchServer, fetchStreams, keyOf, setToken, viewersOf, type Fault, type Stream } from './api';
import { byId, h } from './dom';
import * as format from './format';
import { bindRouter, watched } from './router';
import { bindTheme } from './theme';
import { DeliveryPanel } from './views/delivery';
import { showPublishGuide } from './views/publishGuide';
import { Stage } from './views/stage';
import { StreamList } from './views/streamList';

const pollMs = 2000;

const stage = new Stage(byId('stage'));
const delivery = new DeliveryPanel(byId('delivery'));
const list = new StreamList(byId('streams'));
const summary = byId('summary');
const notice = byId('notice');

let streams: Stream[] = [];
let fault: Fault | null = null;
let playing: string | null = null; // on the overview: the stream that was picked, kept while it is away
let serverKnown = false;

/** What to play: the stream in the address; else the one that plays already; else the first. */
function pick(): string | null {
  const key = watched();
  if (key !== null) {
    return key;
  }
  const isLive = (wanted: string | null): boolean => streams.some((stream) => keyOf(stream) === wanted);
  return isLive(playing) || streams.length === 0 ? playing : keyOf(streams[0]!);
}

function render(): void {
  playing = pick();
  const stream = streams.find((candidate) => keyOf(candidate) === playing) ?? null;
  if (playing === null) {
    stage.showNothing();
  } else {
    stage.show(playing, stream);
  }
  void delivery.show(fault === null ? stream : null);

  if (fault === null) {
    list.show(streams, playing);
    const viewers = streams.reduce((sum, each) => sum + viewersOf(each), 0);
    summary.textContent = `${format.count(streams.length, 'stream')} live · ${format.count(viewers, 'viewer')}`;
  } else {
    summary.textContent = '';
  }
}

function showFault(next: Fault | null): void {
  if (next === fault) {
    return;
  }
  fault = next;
  notice.hidden = next !== 'unreachable';
  notice.textContent = next === 'unreachable' ? 'The server does not answer. Trying again…' : '';
  if (next === 'forbidden') {
    list.explain(
      h('p', { class: 'empty' }, 'This list is shown on the server’s own machine (http://localhost) only. Set the option Api:Token to open it to others.'),
      h('p', { class: 'empty' }, 'A stream can be watched by its address: /watch/live/name.'),
    );
  } else if (next === 'token') {
    list.explain(tokenForm());
  }
}

function tokenForm(): HTMLElement {
  const input = h('input', { type: 'password', autocomplete: 'current-password', 'aria-label': 'API token', placeholder: 'API token', required: true });
  return h(
    'form',
    {
      class: 'token',
      submit: (event) => {
        event.preventDefault();
        setToken(input.value);
        void refresh();
      },
    },
    h('p', { class: 'empty' }, 'The list of streams asks for the token that the option Api:Token sets.'),
    h('div', {}, input, h('button', { type: 'submit' }, 'Show')),
  );
}

async function refresh(): Promise<void> {
  const answer = await fetchStreams();
  showFault(answer.ok ? null : answer.fault);
  if (answer.ok) {
    const before = new Set(streams.map((stream) => `${keyOf(stream)} ${stream.startedAt}`));
    streams = answer.value;
    const isBack = streams.some((stream) => keyOf(stream) === playing && !before.has(`${keyOf(stream)} ${stream.startedAt}`));
    if (isBack) {
      stage.hurry();
    }
    if (!serverKnown) {
      await learnServer();
    }
  }
  render();
}

async function learnServer(): Promise<void> {
  const server = await fetchServer();
  if (server.ok) {
    serverKnown = true;
    stage.ingestPort = server.value.ingestPort;
    showPublishGuide(byId('publish'), server.value.ingestPort, server.value.remotePublish);
  }
}

async function poll(): Promise<void> {
  if (!document.hidden) {
    await refresh();
  }
  setTimeout(() => void poll(), pollMs);
}

bindTheme(byId('theme'));
bindRouter(() => {
  playing = null;
  render();
});
document.addEventListener('visibilitychange', () => void (document.hidden || refresh()));
showPublishGuide(byId('publish'), 1935, false);
render();
void poll();

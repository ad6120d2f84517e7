/** What the server tells about a live stream (GET /api/v1/streams). */
export interface Stream {
  app: string;
  name: string;
  state: 'live' | 'waiting';
  startedAt: string;
  uptimeSeconds: number;
  bitrate: number;
  frameRate: number;
  gopSeconds: number | null;
  video: { codec: string; codecString: string | null; width: number | null; height: number | null } | null;
  audio: { codec: string; codecString: string | null; sampleRate: number | null; channels: number | null } | null;
  viewers: Record<string, number>;
  fill: { max: number; mean: number };
  lag: { max: Lag };
  flushDelay: Durations;
  delivery: Delivery;
}

/** A number for each kind of frame. */
export interface Counts {
  audio: number;
  video: number;
  data: number;
}

/** How far behind the newest frame. */
export interface Lag {
  frames: number;
  bytes: number;
  seconds: number;
}

/** How long something took; null where it never happened. */
export interface Durations {
  count: number;
  p50Seconds: number | null;
  p99Seconds: number | null;
}

/** What became of the frames that subscribers passed. */
export interface Delivery {
  delivered: Counts;
  dropped: Record<string, Counts>;
  swings: number;
  sendCalls: number;
  sentBytes: number;
  latency: Durations;
}

export type SubscriberState = 'catching_up' | 'normal' | 'warning' | 'critical' | 'recovering';

/** One reader of a stream. */
export interface Subscriber {
  id: string | null;
  kind: string;
  peer: string | null;
  since: string;
  state: SubscriberState;
  policy: string;
  fill: number;
  lag: Lag;
  delivery: Delivery;
}

/** Some of a stream's readers (GET /api/v1/streams/{app}/{name}/subscribers), and how many there are. */
export interface Subscribers {
  total: number;
  subscribers: Subscriber[];
}

/** What the server tells about itself (GET /api/v1/server). */
export interface Server {
  version: string;
  ingestPort: number;
  remotePublish: boolean;
}

/** Why there is no answer: the API is closed to this browser, asks for a token, or the server does not answer. */
export type Fault = 'forbidden' | 'token' | 'unreachable';

export type Answer<T> = { ok: true; value: T } | { ok: false; fault: Fault };

const tokenKey = 'mediaserver.token';

export const keyOf = (stream: Stream): string => `${stream.app}/${stream.name}`;

export const viewersOf = (stream: Stream): number => Object.values(stream.viewers).reduce((sum, count) => sum + count, 0);

export function setToken(token: string): void {
  sessionStorage.setItem(tokenKey, token);
}

async function get<T>(path: string): Promise<Answer<T>> {
  const token = sessionStorage.getItem(tokenKey);
  try {
    const response = await fetch(path, {
      headers: token ? { Authorization: `Bearer ${token}` } : {},
      cache: 'no-store',
      signal: AbortSignal.timeout(5000),
    });
    if (response.ok) {
      return { ok: true, value: (await response.json()) as T };
    }
    return { ok: false, fault: response.status === 401 ? 'token' : response.status === 403 ? 'forbidden' : 'unreachable' };
  } catch {
    return { ok: false, fault: 'unreachable' };
  }
}

export const fetchStreams = async (): Promise<Answer<Stream[]>> => {
  const answer = await get<{ streams: Stream[] }>('/api/v1/streams');
  return answer.ok ? { ok: true, value: answer.value.streams } : answer;
};

/** The stream's readers that are in the worst way, worst first. */
export const fetchWorstSubscribers = (key: string, limit: number): Promise<Answer<Subscribers>> =>
  get<Subscribers>(`/api/v1/streams/${key.split('/').map(encodeURIComponent).join('/')}/subscribers?order=fill&limit=${limit}`);

export const fetchServer = (): Promise<Answer<Server>> => get<Server>('/api/v1/server');

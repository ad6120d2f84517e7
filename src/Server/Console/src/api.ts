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

export const fetchServer = (): Promise<Answer<Server>> => get<Server>('/api/v1/server');

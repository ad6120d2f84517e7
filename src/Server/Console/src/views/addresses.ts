/** Where to publish to and play from, seen from this browser. */
export function addresses(ingestPort: number): { rtmp: string } {
  const host = location.hostname;
  return { rtmp: ingestPort === 1935 ? `rtmp://${host}` : `rtmp://${host}:${ingestPort}` };
}

// A client of enhanced RTMP: FFmpeg 8.1, as node-av carries it. Debian's ffmpeg neither sends nor reads HEVC, AV1, VP9, Opus or FLAC in FLV.
//   node client.mjs remux IN OUT.flv     copies a file's tracks into FLV
//   node client.mjs push IN URL          connects, waits for a line on its standard input, then publishes a file at its own speed
//   node client.mjs list IN|URL          writes a line for each track, then one for each packet, to the end
import { createHash } from 'node:crypto';

Promise.withResolvers ??= function () { // Node 20 has none yet, and node-av needs it
  let resolve, reject;
  const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
  return { promise, resolve, reject };
};
const { Demuxer, Muxer } = await import('node-av');

const milliseconds = (time, stream) => Math.round(Number(time) * 1000 * stream.timeBase.num / stream.timeBase.den);

async function copy(from, to, isLive) {
  const input = await Demuxer.open(from);
  const output = await Muxer.open(to, { input, format: 'flv' });
  const tracks = new Map();
  for (const stream of input.streams) {
    const track = output.addStream(stream);
    output.getStream(track).codecpar.codecTag = 0; // an MP4 tag does not fit FLV
    tracks.set(stream.index, track);
  }
  if (isLive) {
    await new Promise(go => process.stdin.once('data', go));
  }
  const started = Date.now();
  let first;
  for await (const packet of input.packets()) {
    if (!packet) {
      break;
    }
    const time = milliseconds(packet.dts, input.streams[packet.streamIndex]);
    first ??= time;
    const early = time - first - (Date.now() - started);
    if (isLive && early > 0) {
      await new Promise(wake => setTimeout(wake, early));
    }
    await output.writePacket(packet, tracks.get(packet.streamIndex));
    packet.free();
  }
  await output.close();
  await input.close();
}

async function list(from) {
  const input = await Demuxer.open(from);
  for (const stream of input.streams) {
    const { codecId, codecTag, width, height, sampleRate, extradata } = stream.codecpar;
    console.log(`track ${stream.index} codec ${codecId} ${width}x${height} ${sampleRate} Hz configuration ${extradata ? createHash('sha1').update(extradata).digest('hex') : 'none'}`);
  }
  for await (const packet of input.packets()) {
    if (!packet) {
      break;
    }
    const stream = input.streams[packet.streamIndex];
    console.log(`packet ${packet.streamIndex} ${milliseconds(packet.dts, stream)} ${milliseconds(packet.pts, stream)} ${createHash('sha1').update(packet.data).digest('hex')}`);
    packet.free();
  }
  await input.close();
}

const [, , what, from, to] = process.argv;
await { remux: () => copy(from, to, false), push: () => copy(from, to, true), list: () => list(from) }[what]();
process.exit(0);

// node remux.mjs IN OUT.flv: rewrites all streams of a file as FLV, with FFmpeg 8.1 of the npm package node-av.
Promise.withResolvers ??= () => { // Node 20 has none
    let resolve, reject;
    const promise = new Promise((yes, no) => { resolve = yes; reject = no; });
    return { promise, resolve, reject };
};
const { Demuxer, Muxer } = await import('node-av');
const [, , source, target] = process.argv;
const input = await Demuxer.open(source);
const output = await Muxer.open(target, { input, format: 'flv' });
const tracks = new Map();
for (const stream of input.streams) {
    const track = output.addStream(stream);
    output.getStream(track).codecpar.codecTag = 0; // the one of MP4 does not fit FLV
    tracks.set(stream.index, track);
}

for await (const packet of input.packets()) {
    if (!packet) {
        break;
    }

    await output.writePacket(packet, tracks.get(packet.streamIndex));
}

await output.close();
await input.close();

#!/usr/bin/env bash
# Makes the streams of this folder: Debian's ffmpeg encodes, and FFmpeg 8.1, inside the npm package node-av, writes them as enhanced RTMP.
# Encoders and muxer are of different versions elsewhere, so other bytes may come out: then the tests that count frames say so.
set -euo pipefail
cd "$(dirname "$0")"
target=$PWD
client=$target/../../tests/EndToEnd/EnhancedRtmp
[[ -d $client/node_modules ]] || { echo "make.sh needs node-av: npm ci --ignore-scripts in tests/EndToEnd/EnhancedRtmp" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

picture=(-f lavfi -i testsrc2=size=64x64:rate=10:duration=0.6)
small=(-f lavfi -i testsrc=size=32x32:rate=10:duration=0.6)
tone=(-f lavfi -i sine=frequency=440:sample_rate=48000:duration=0.6)
other=(-f lavfi -i sine=frequency=880:sample_rate=48000:duration=0.6)
x265=log-level=none:bframes=2:keyint=4:min-keyint=4:info=0
hdr="hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:max-cll=1000,400"
hdr+=":master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"

# make NAME ARGUMENT...: encodes into MP4, then rewrites it as FLV.
make() {
    ffmpeg -nostdin -v error -y -fflags +bitexact "${@:2}" "$1.mp4"
    node "$client/client.mjs" remux "$1.mp4" "$target/$1.flv"
}

make hevc-aac "${picture[@]}" "${tone[@]}" -c:v libx265 -preset ultrafast -x265-params "$x265" -c:a aac -b:a 32k
make hevc-hdr-ac3 "${picture[@]}" "${tone[@]}" -c:v libx265 -preset ultrafast -x265-params "$x265:$hdr" -pix_fmt yuv420p10le \
    -color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -c:a ac3 -b:a 64k
make av1-opus "${picture[@]}" "${tone[@]}" -c:v libaom-av1 -cpu-used 8 -b:v 50k -g 4 -c:a libopus -b:a 32k
make vp9-flac "${picture[@]}" "${tone[@]}" -c:v libvpx-vp9 -cpu-used 8 -b:v 50k -g 4 -c:a flac -strict -2
make h264-eac3 "${picture[@]}" "${tone[@]}" -c:v libx264 -preset ultrafast -g 4 -c:a eac3 -b:a 64k
make multitrack "${picture[@]}" "${small[@]}" "${tone[@]}" "${other[@]}" -map 0 -map 1 -map 2 -map 3 \
    -c:v:0 libx264 -preset ultrafast -g 4 -c:v:1 libx265 -x265-params "log-level=none:keyint=4:min-keyint=4:info=0" \
    -c:a:0 aac -c:a:1 libopus -b:a 32k

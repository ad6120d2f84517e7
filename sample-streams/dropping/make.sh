#!/usr/bin/env bash
# Makes the streams of this folder: Debian's ffmpeg encodes, and FFmpeg 8.1, inside the npm package node-av, writes them as FLV. Encoders of
# other versions choose other pictures to refer to: the tests look at what they get, and say so when that has nothing to drop.
set -euo pipefail
cd "$(dirname "$0")"
target=$PWD
client=$target/../../tests/EndToEnd/EnhancedRtmp
[[ -d $client/node_modules ]] || { echo "make.sh needs node-av: npm ci --ignore-scripts in tests/EndToEnd/EnhancedRtmp" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Five groups of 24 pictures each.
picture=(-f lavfi -i testsrc2=size=96x64:rate=25:duration=4.8)
tone() { echo "sine=frequency=440:sample_rate=$1:duration=4.8"; }

x264=(-c:v libx264 -threads 1 -preset medium -pix_fmt yuv420p -g 24 -keyint_min 24 -sc_threshold 0 -bf 3 -crf 36)
x265=(-c:v libx265 -preset medium -pix_fmt yuv420p -crf 36)
x265_params=log-level=none:keyint=24:pools=none:frame-threads=1:info=0
aac=(-c:a aac -b:a 24k)

# make NAME ARGUMENT...: encodes into MP4, then rewrites it as FLV.
make() {
    ffmpeg -nostdin -v error -y -fflags +bitexact "${picture[@]}" "${@:2}" "$1.mp4"
    node "$client/client.mjs" remux "$1.mp4" "$target/$1.flv"
}

make h264-closed-gop -f lavfi -i "$(tone 44100)" "${x264[@]}" -x264-params open-gop=0:b-pyramid=normal "${aac[@]}"
make h264-open-gop -f lavfi -i "$(tone 44100)" "${x264[@]}" -x264-params open-gop=1:b-pyramid=normal "${aac[@]}"
make hevc-open-gop -f lavfi -i "$(tone 44100)" "${x265[@]}" -x265-params "$x265_params" "${aac[@]}"
make hevc-layers -f lavfi -i "$(tone 44100)" "${x265[@]}" -x265-params "$x265_params:temporal-layers=1" "${aac[@]}"
make av1-aom -f lavfi -i "$(tone 48000)" -c:v libaom-av1 -cpu-used 6 -crf 50 -b:v 0 -g 24 -lag-in-frames 25 -threads 1 -c:a libopus -b:a 24k
make av1-svt -f lavfi -i "$(tone 44100)" -c:v libsvtav1 -preset 8 -crf 50 -g 24 -svtav1-params lp=1 "${aac[@]}" 2> /dev/null

#!/usr/bin/env bash
# Makes the sample streams of this folder out of nothing but ffmpeg's generators. What is there already is left alone; with --force all are
# made again. README.md says what each one shows.
set -euo pipefail
cd "$(dirname "$0")"

font=/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf
for tool in ffmpeg python3; do
    command -v "$tool" > /dev/null || { echo "make-samples.sh needs $tool: apt install ffmpeg python3 fonts-dejavu-core" >&2; exit 1; }
done
[[ -f $font ]] || { echo "make-samples.sh needs $font: apt install fonts-dejavu-core" >&2; exit 1; }

[[ ${1:-} == --force ]] && rm -f ./*.flv

# make NAME ARGUMENT...: runs ffmpeg into NAME.flv. The same arguments give the same bytes.
make() {
    local file=$1.flv
    shift
    [[ -f $file ]] && return
    echo "making $file"
    ffmpeg -nostdin -v error "$@" -map_metadata -1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact \
        -flvflags no_duration_filesize -f flv "making-$file"
    mv "making-$file" "$file"
}

# A test picture with a running clock, and a tone that beeps once a second.
picture() { echo "testsrc2=size=$1:rate=$2:duration=$3"; }
tone() { echo "sine=frequency=440:beep_factor=2:sample_rate=$1:duration=$2"; }

x264=(-c:v libx264 -threads 1 -preset slow -pix_fmt yuv420p)
aac=(-c:a aac -b:a 48k)

# The demo. All of it repeats after 10 seconds, so that it loops without a seam: slow waves of colour, a ball on its orbit, a bar that fills,
# a clock, and a lamp that lights up with each beep. Two B-frames between references, a key frame every 2 s.
waves="color=black:size=80x45:rate=30:duration=10,format=yuv444p,geq=\
lum='62+26*sin(X/13+2*PI*T/10)*cos(Y/11-2*PI*T/5)':\
cb='140+24*sin(X/19-2*PI*T/10+1)*cos(Y/17+2*PI*T/10)':\
cr='130+26*cos(X/23+Y/15+2*PI*T/10)',scale=640x360:flags=bicubic,format=yuv420p"
ball="color=white:size=56x56:rate=30:duration=10,format=rgba,geq=\
r='255':g='214-40*(Y/56)':b='120-60*(Y/56)':a='255*clip(27.5-hypot(X-27.5,Y-27.5),0,1)'"
bar="color=0xFFC45A:size=640x6:rate=30:duration=10"
text="drawtext=fontfile=$font:fontcolor=white:shadowcolor=black@0.4:shadowx=2:shadowy=2"
chord="0.05*(sin(2*PI*220*t)+sin(2*PI*277.2*t)+sin(2*PI*329.6*t))*(0.6+0.4*sin(2*PI*t/5))"
beep="0.25*sin(2*PI*880*t)*exp(-18*mod(t\,1))"
make bframes -f lavfi -i "$waves" -f lavfi -i "$ball" -f lavfi -i "$bar" -f lavfi -i "aevalsrc=$chord+$beep:s=44100:d=10:c=mono" \
    -filter_complex "
        [0][1]overlay=x='292+230*cos(2*PI*t/10)':y='128+86*sin(4*PI*t/10)'[orbit];
        [orbit][2]overlay=x='-640+64*(t+1/30)':y=354,
        $text:text='MediaServer':fontsize=54:x=(w-tw)/2:y=118,
        $text:text='live demo':fontsize=22:x=(w-tw)/2:y=180:alpha=0.85,
        $text:text='%{eif\\:t\\:d}.%{eif\\:mod(t*10\\,10)\\:d} s':fontsize=30:x=(w-tw)/2:y=222,
        drawbox=x=600:y=18:w=22:h=22:color=white@0.9:t=fill:enable='lt(mod(t,1),0.15)'[picture]" \
    -map '[picture]' -map 3:a "${x264[@]}" -profile:v high -bf 2 -g 60 -keyint_min 60 -sc_threshold 0 -crf 22 -maxrate 900k -bufsize 900k \
    -c:a aac -b:a 96k -ac 2

make open-gop -f lavfi -i "$(picture 320x180 25 8)" -f lavfi -i "$(tone 44100 8)" "${x264[@]}" "${aac[@]}" \
    -bf 3 -g 50 -sc_threshold 0 -x264-params open-gop=1:b-pyramid=normal -crf 30

make intra-refresh -f lavfi -i "$(picture 320x180 25 6)" -f lavfi -i "$(tone 44100 6)" "${x264[@]}" "${aac[@]}" \
    -g 25 -x264-params intra-refresh=1 -crf 30

make video-only -f lavfi -i "$(picture 320x180 25 5)" "${x264[@]}" -g 50 -crf 30

make audio-only -f lavfi -i "$(tone 48000 5)" "${aac[@]}"

make long-gop -f lavfi -i "$(picture 320x180 15 22)" -f lavfi -i "$(tone 44100 22)" "${x264[@]}" "${aac[@]}" \
    -g 150 -keyint_min 150 -sc_threshold 0 -crf 32

# Two streams of different size, one behind the other: the tags of the second follow those of the first, their timestamps moved, as when an
# encoder is switched over while it stays connected.
if [[ ! -f resolution-change.flv ]]; then
    make small -f lavfi -i "$(picture 320x180 25 4)" -f lavfi -i "$(tone 44100 3.9)" "${x264[@]}" "${aac[@]}" -g 50 -crf 30
    make large -f lavfi -i "$(picture 480x270 25 4)" -f lavfi -i "$(tone 44100 4)" "${x264[@]}" "${aac[@]}" -g 50 -crf 30
    echo "making resolution-change.flv"
    python3 - small.flv large.flv 4000 resolution-change.flv << 'END'
import sys

first, second = (open(name, 'rb').read() for name in sys.argv[1:3])
offset, joined, at = int(sys.argv[3]), bytearray(first), 13    # a file header has 9 bytes, and 4 say that no tag stands before
while at < len(second):
    length = int.from_bytes(second[at + 1:at + 4], 'big') + 15  # tag header, body, and the size of both behind
    tag = bytearray(second[at:at + length])
    time = int.from_bytes(tag[4:7], 'big') + offset
    tag[4:7] = time.to_bytes(3, 'big')
    joined += tag
    at += length
open(sys.argv[4], 'wb').write(joined)
END
    rm small.flv large.flv
fi

#!/usr/bin/env python3
"""Makes the fixtures beside this script with ffmpeg 5.1 (libx264, libx265, libsvtav1, libaom, librav1e, libvpx, libopus, libmp3lame, and its own encoders).

name.bin   32-bit lengths, each with that many bytes: the configuration record (empty if the codec has none), then the samples in decoding
           order, as the box of the sample entry and the media data of an MP4 file hold them: what enhanced RTMP carries.
name.txt   for video, a letter per sample, read from what ffmpeg's trace_headers says of the bitstream, by the rules of MEDIA.md 1:
           K decoding can begin here, d disposable, r neither; capital D, R, and K with a '+' behind it: parameter sets in band.
"""
import pathlib, re, struct, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).parent
VIDEO = "-f lavfi -i testsrc2=size=74x66:rate=25:duration=1.6".split()
AUDIO = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=0.4".split()

FIXTURES = {
    "avc-inband": ("avc", [*VIDEO, *"-c:v libx264 -g 20 -bf 2 -pix_fmt yuv420p -x264-params log-level=error -bsf:v dump_extra=freq=keyframe".split()]),
    "hevc-open-gop": ("hevc", [*VIDEO, "-c:v", "libx265", "-pix_fmt", "yuv420p", "-tag:v", "hvc1", "-x265-params",
                               "keyint=20:min-keyint=20:bframes=3:scenecut=0:info=0:log-level=none"]),
    "hevc-hdr-layers": ("hevc", [*VIDEO, "-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1", "-x265-params",
                                 "keyint=20:min-keyint=20:open-gop=0:temporal-layers=1:repeat-headers=1:info=0:log-level=none:range=limited:"
                                 "colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc"]),
    "hevc-444-high-tier": ("hevc", [*VIDEO, "-c:v", "libx265", "-pix_fmt", "yuv444p12le", "-tag:v", "hvc1", "-x265-params",
                                    "keyint=20:scaling-list=default:ref=5:bframes=8:b-adapt=2:level-idc=4.1:high-tier=1:info=0:log-level=none"]),
    "av1-svt": ("av1", [*VIDEO, *"-c:v libsvtav1 -preset 12 -g 20 -pix_fmt yuv420p10le".split(), "-color_primaries", "bt2020",
                        "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]),
    "av1-aom": ("av1", [*VIDEO, *"-c:v libaom-av1 -cpu-used 8 -g 20 -lag-in-frames 19 -pix_fmt yuv420p".split()]),
    "av1-aom-monochrome": ("av1", [*VIDEO, *"-c:v libaom-av1 -usage realtime -cpu-used 8 -g 20 -pix_fmt gray -error-resilience default".split(),
                                   "-aom-params", "enable-order-hint=0"]),
    "av1-rav1e": ("av1", [*VIDEO, *"-c:v librav1e -speed 10 -g 20 -pix_fmt yuv444p -tiles 2".split()]),
    "vp9": ("vp9", [*VIDEO, *"-c:v libvpx-vp9 -g 20 -deadline good -cpu-used 5 -auto-alt-ref 1 -lag-in-frames 16 -pix_fmt yuv420p".split()]),
    "vp9-profile3": ("vp9", [*VIDEO, *"-c:v libvpx-vp9 -g 20 -deadline realtime -cpu-used 8 -pix_fmt yuv444p10le".split(), "-color_primaries",
                             "bt2020", "-color_trc", "arib-std-b67", "-colorspace", "bt2020nc"]),
    "opus": ("opus", [*AUDIO, *"-c:a libopus -ac 2 -frame_duration 20".split()]),
    "opus-surround": ("opus", [*AUDIO, *"-c:a libopus -ac 6 -frame_duration 60 -mapping_family 1".split()]),
    "flac": ("flac", [*AUDIO, *"-c:a flac -ac 2 -sample_fmt s32 -strict -2".split()]),
    "ac3": ("ac3", [*AUDIO, *"-c:a ac3 -ac 6 -b:a 384k".split()]),
    "eac3": ("eac3", [*AUDIO, *"-c:a eac3 -ac 2 -b:a 96k".split()]),
    "mp3": ("mp3", [*AUDIO, *"-c:a libmp3lame -ac 1 -b:a 64k".split()]),
    "mp3-low-rate": ("mp3", [*AUDIO, *"-ar 22050 -c:a libmp3lame -ac 2 -b:a 64k".split()]),
}
RECORD_BOXES = {"avc": b"avcC", "hevc": b"hvcC", "av1": b"av1C", "vp9": b"vpcC", "opus": b"dOps", "flac": b"dfLa", "ac3": b"dac3", "eac3": b"dec3"}


def boxes(data, start, end):
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, start)
        yield kind, start + 8, start + size
        start += size


def find(data, path, start=0, end=None):
    end = len(data) if end is None else end
    for kind, inner, inner_end in boxes(data, start, end):
        if kind == path[0]:
            return (inner, inner_end) if len(path) == 1 else find(data, path[1:], inner, inner_end)
    raise KeyError(path)


def read_mp4(data, codec):
    stbl = [b"moov", b"trak", b"mdia", b"minf", b"stbl"]
    start, end = find(data, stbl + [b"stsd"])
    record = b""
    if codec in RECORD_BOXES:
        at = data.index(RECORD_BOXES[codec], start, end)
        size = struct.unpack_from(">I", data, at - 4)[0]
        record = data[at + 4:at - 4 + size]
    start, _ = find(data, stbl + [b"stsz"])
    fixed, count = struct.unpack_from(">II", data, start + 4)
    sizes = [fixed] * count if fixed else list(struct.unpack_from(f">{count}I", data, start + 12))
    start, _ = find(data, stbl + [b"stsc"])
    runs = [struct.unpack_from(">III", data, start + 8 + 12 * i) for i in range(struct.unpack_from(">I", data, start + 4)[0])]
    start, _ = find(data, stbl + [b"stco"])
    chunks = struct.unpack_from(f">{struct.unpack_from('>I', data, start + 4)[0]}I", data, start + 8)
    samples = []
    for number, offset in enumerate(chunks, 1):
        per_chunk = [run for run in runs if run[0] <= number][-1][1]
        for _ in range(per_chunk):
            size = sizes[len(samples)]
            samples.append(data[offset:offset + size])
            offset += size
    return record, samples


def letters(trace, codec):
    packets = trace.split("Packet: ")[1:]
    # What stands before the first packet is the configuration: only HEVC's sub-layers are needed of it.
    highest = max([int(v) for v in re.findall(r"sps_max_sub_layers_minus1\s+\d+ = (\d+)", trace)], default=0)
    slots = [None] * 8
    out = []
    for packet in packets:
        fields = [(name, int(value)) for name, value in re.findall(r"\] \d+\s+(\S+)\s+[01]+ = (-?\d+)", packet)]
        random_access, disposable, sets = classify(fields, codec, highest, slots)
        letter = "K" if random_access else ("D" if disposable else "R")
        out.append(letter + "+" if sets else letter if random_access else letter.lower())
    return " ".join(out)


def classify(fields, codec, highest, slots):
    random_access = sets = False
    disposable = None
    if codec in ("avc", "hevc"):
        unit = None
        for name, value in fields:
            if name == "nal_ref_idc":
                reference = value
            elif name == "nal_unit_type":
                unit = value
                if codec == "avc":
                    sets |= unit in (7, 8)
                    random_access |= unit == 5
                    if 1 <= unit <= 5:
                        disposable = disposable is not False and reference == 0
            elif name == "nuh_temporal_id_plus1":
                sets |= unit in (32, 33, 34)
                random_access |= 16 <= unit <= 23
                if unit < 32:
                    disposable = disposable is not False and unit < 16 and unit % 2 == 0 and value - 1 == highest
            elif name == "recovery_poc_cnt" and value == 0:
                random_access = True
    elif codec == "av1":
        frames = 0
        frame = {}
        for name, value in fields + [("obu_type", 0)]:
            if name == "obu_type":
                if frame.get("show_existing_frame"):
                    frames += 1
                    key = slots[frame["frame_to_show_map_idx"]] == 0
                    if key:
                        slots[:] = [0] * 8
                    disposable = disposable is not False and not key
                elif "frame_type" in frame:
                    frames += 1
                    shown_key = frame["frame_type"] == 0 and frame["show_frame"] == 1
                    random_access |= frames == 1 and shown_key
                    flags = 255 if shown_key or frame["frame_type"] == 3 else frame["refresh_frame_flags"]
                    for slot in range(8):
                        if flags >> slot & 1:
                            slots[slot] = frame["frame_type"]
                    disposable = disposable is not False and flags == 0
                frame = {}
                sets |= value == 1
            else:
                frame.setdefault(name, value)
    elif codec == "vp9":
        random_access = dict(reversed(fields)).get("frame_type") == 0 and dict(reversed(fields))["show_existing_frame"] == 0
    return random_access, bool(disposable) and not random_access and not sets, sets


def main():
    for name, (codec, arguments) in FIXTURES.items():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            mp4 = f"{folder}/out.mp4"
            subprocess.run(["ffmpeg", "-v", "error", "-y", *arguments, "-flags:v", "+bitexact", "-flags:a", "+bitexact", mp4], check=True)
            record, samples = read_mp4(pathlib.Path(mp4).read_bytes(), codec)
            with open(HERE / f"{name}.bin", "wb") as out:
                for part in [record, *samples]:
                    out.write(struct.pack(">I", len(part)) + part)
            line = f"{len(samples)} samples"
            if codec in ("avc", "hevc", "av1", "vp9"):
                trace = subprocess.run(["ffmpeg", "-hide_banner", "-i", mp4, "-c", "copy", "-bsf:v", "trace_headers", "-f", "null", "-"],
                                       capture_output=True, text=True, check=True).stderr
                line = letters(trace, codec)
                assert len(line.split()) == len(samples)
                (HERE / f"{name}.txt").write_text(line + "\n")
            print(name, (HERE / f"{name}.bin").stat().st_size, record.hex()[:60], line)


main()

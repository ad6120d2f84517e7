#!/usr/bin/env bash
# The whole gate: format, build, every test. Ends with the totals, alone on a line, and fails if anything did.
#   ./test.sh stress TIME [SEED]     only the stress test of the log's concurrency, for a time such as 90s, 20m or 2h
#   ./test.sh dropping TIME [SEED]   only the proof that what is dropped harms no other picture, likewise
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/build/common.sh"

results="$root/artifacts/tests"

# The end-to-end tests drive the server with real encoders, players and a real browser.
install_tools() {
  local missing=()
  have ffmpeg || missing+=(ffmpeg)
  have chromium || missing+=(chromium)
  have rtmpdump || missing+=(rtmpdump)
  have mpv || missing+=(mpv)
  have cvlc || missing+=(vlc-bin vlc-plugin-base)
  have gst-launch-1.0 && gst-inspect-1.0 --exists flvmux && gst-inspect-1.0 --exists rtmp2sink \
    || missing+=(gstreamer1.0-tools gstreamer1.0-plugins-good gstreamer1.0-plugins-bad)
  [ "${#missing[@]}" -eq 0 ] || apt_install "${missing[@]}" || fail "the tests cannot run without ${missing[*]}"
  have_node || install_node || fail "the tests cannot run without Node"
}

# A client of enhanced RTMP (HEVC, AV1, VP9), which Debian has none of. Its packages' install scripts would only fetch what is there.
install_enhanced_client() {
  local folder="$root/tests/EndToEnd/EnhancedRtmp"
  if [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
    say "Installing the client of enhanced RTMP"
    (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
  fi
}

# A sum over the result files' counters: sum_of passed
sum_of() {
  find "$results" -name '*.trx' -exec cat {} + \
    | grep -o '<Counters [^>]*>' \
    | sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" \
    | awk '{ total += $1 } END { print total + 0 }'
}

# Runs one test project; a run that ends without a result file counts as one failure.
crashed=0
run_tests() {
  local name
  name="$(basename "$1" .csproj)"
  say "$name"
  if ! dotnet test "$1" --no-build --nologo --verbosity quiet --results-directory "$results" \
      --logger "trx;LogFileName=$name.trx" --logger "console;verbosity=minimal" \
      --blame-hang-timeout 4m --blame-hang-dump-type none; then
    status=1
    grep -q 'failed="[1-9]' "$results/$name.trx" 2>/dev/null || crashed=$((crashed + 1))
  fi
}

# A time such as 90s, 20m or 2h, in seconds.
seconds_of() {
  [[ $1 =~ ^([0-9]+)([smh]?)$ ]] || fail "\"$1\" is no time such as 90s, 20m or 2h"
  case "${BASH_REMATCH[2]}" in
    h) echo $((BASH_REMATCH[1] * 3600)) ;;
    m) echo $((BASH_REMATCH[1] * 60)) ;;
    *) echo "${BASH_REMATCH[1]}" ;;
  esac
}

# Runs one test of those that go on for as long as they are told to: endure PROJECT FILTER TIME [SEED]
endure() {
  MEDIASERVER_TEST_SECONDS="$(seconds_of "$3")"
  MEDIASERVER_TEST_SEED="${4:-$(date +%s)}"
  export MEDIASERVER_TEST_SECONDS MEDIASERVER_TEST_SEED
  say "Until $(date -d "+$MEDIASERVER_TEST_SECONDS seconds" '+%F %T'), from seed $MEDIASERVER_TEST_SEED"
  exec dotnet test "$1" --nologo --filter "$2" --logger "console;verbosity=detailed"
}

cd "$root"
case "${1:-}" in
  stress)
    need_dotnet
    endure tests/Hub.Tests "FullyQualifiedName~StressTests|FullyQualifiedName~The_oldest_frame" "${2:-}" "${@:3:1}"
    ;;
  dropping)
    need_dotnet
    have ffmpeg || apt_install ffmpeg || fail "the proof cannot run without ffmpeg"
    endure tests/Ingest.Tests FullyQualifiedName~However_readers_stall "${2:-}" "${@:3:1}"
    ;;
  '') ;;
  *) fail "usage: ./test.sh [stress|dropping TIME [SEED]]" ;;
esac

started=$SECONDS
status=0
rm -rf "$results"
mkdir -p "$results"

need_dotnet
install_tools
install_enhanced_client || fail "the tests cannot run without npm's node-av"
build_console || fail "the console does not build"

say "Restoring packages"
dotnet restore MediaServer.sln --locked-mode --verbosity quiet

say "Checking the format"
dotnet format MediaServer.sln --verify-no-changes --no-restore

say "Building"
dotnet build MediaServer.sln --no-restore --verbosity quiet

for project in tests/*/*.csproj; do
  grep -q '<IsTestProject>false' "$project" || run_tests "$project"
done

failed=$(($(sum_of failed) + crashed))
say "Finished in $((SECONDS - started)) s"
printf '%s passed, %s failed\n' "$(sum_of passed)" "$failed"
[ "$failed" -eq 0 ] && [ "$status" -eq 0 ]

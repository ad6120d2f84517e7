#!/usr/bin/env bash
# Builds the server and its console, and runs it with a demo stream. Arguments go to the server: ./run.sh --Http:Port=9090
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/build/common.sh"

need_dotnet

# Without Node the server runs all the same, and its page says what is missing.
if have_node || install_node; then
  build_console || warn "the console could not be built; the server runs without it"
fi

say "Building the server"
dotnet build "$root/src/Server" --configuration Release --verbosity quiet

say "Starting (Ctrl-C stops; ./run.sh --help lists the options)"
cd "$root"
exec "$root/src/Server/bin/Release/net10.0/mediaserver" --Demo:Enabled=true "$@"

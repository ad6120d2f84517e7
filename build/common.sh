# What run.sh, test.sh and the Dockerfile share. Sourced by bash, not run.
# shellcheck shell=bash

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
console="$root/src/Server/Console"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

# The oldest Node that the console builds with: what Debian 12 ships.
oldest_node=18

say() { printf '==> %s\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Runs a command as root: directly, or through sudo. Without a terminal sudo must not ask for a password.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif ! have sudo; then
    return 1
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

# Installs Debian packages. Fails, and says what to install, where it may not.
apt_install() {
  local log
  log="$(mktemp)"
  say "Installing $*"
  if have apt-get \
    && as_root apt-get update >"$log" 2>&1 \
    && as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -o DPkg::Lock::Timeout=600 -y --no-install-recommends install "$@" >"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi

  tail -n 3 "$log" >&2
  rm -f "$log"
  warn "could not install by itself; please install: $*"
  warn "  on Debian: sudo apt-get update && sudo apt-get install --no-install-recommends $*"
  return 1
}

have_node() {
  have node && have npm && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$oldest_node" ]
}

# Debian keeps npm in a package of its own; other Node packages bring it along and refuse to stand beside Debian's.
install_node() {
  if have node; then
    apt_install npm
  else
    apt_install nodejs npm
  fi
  have_node || {
    warn "the console is built with Node $oldest_node or newer, and npm"
    return 1
  }
}

need_dotnet() {
  have dotnet || fail "the .NET 10 SDK is missing: https://learn.microsoft.com/dotnet/core/install/linux-debian"
  (cd "$root" && dotnet --version >/dev/null 2>&1) \
    || fail "the .NET 10 SDK is missing (found: $(dotnet --list-sdks | tr '\n' ' ')): https://learn.microsoft.com/dotnet/core/install/linux-debian"

  # The built executable looks for the runtime in /usr/share/dotnet alone, unless told; dotnet-install.sh puts it elsewhere.
  local folder
  folder="$(dirname "$(readlink -f "$(command -v dotnet)")")"
  if [ -z "${DOTNET_ROOT:-}" ] && [ -d "$folder/host/fxr" ]; then
    export DOTNET_ROOT="$folder"
  fi
}

# Everything that the built console depends on, as one number.
console_fingerprint() {
  (
    cd "$console" || exit
    find . -path ./node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    node --version
  ) | sha256sum | cut -d ' ' -f 1
}

# Builds the console page into src/Server/wwwroot, unless what is there was built from the same sources.
build_console() {
  local stamp="$console/node_modules/.built" fingerprint
  fingerprint="$(console_fingerprint)"
  if [ -f "$root/src/Server/wwwroot/index.html" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ]; then
    say "Console is up to date"
    return 0
  fi

  say "Building the console"
  (cd "$console" && npm ci --no-audit --no-fund --loglevel=error && npm run --silent build) || return 1
  printf '%s\n' "$fingerprint" >"$stamp"
}

# Sourced by run, test and regard: makes .venv and deps/node_modules from the lock files, once.
# Needs python3 (3.11 or newer) with its venv module, and the network the first time.

ROOT=$(cd "$(dirname "$0")" && pwd -P)
VENV=$ROOT/.venv
export PYTHONPATH="$ROOT/src"

stop() {
  echo "Error: $1" >&2
  exit 2
}

find_python() {
  for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
}

make_venv() {
  # A venv may be broken: its Python was upgraded away, or its making was interrupted.
  "$VENV/bin/python" -m pip --version >/dev/null 2>&1 && return
  python=$(find_python)
  [ -n "$python" ] || stop "Regard needs Python 3.11 or newer. Install it (Debian: apt install python3 python3-venv) or name it: PYTHON=/path/to/python3 $0"
  "$python" -c 'import ensurepip, venv' 2>/dev/null ||
    stop "Python's venv module is missing. Install it (Debian, Ubuntu: apt install python3-venv) and start again."
  "$python" -m venv --clear "$VENV" || stop "Cannot make $VENV. The reason stands above."
}

install() { # $1: run or dev
  requirements=requirements.txt omit=--omit=dev
  [ "$1" = run ] || requirements=requirements-dev.txt omit=
  echo "Installing what Regard needs into $ROOT (about two minutes, only this once) ..." >&2
  make_venv
  "$VENV/bin/python" -m pip install -q --disable-pip-version-check --no-input --require-hashes -r "$ROOT/deps/$requirements" ||
    stop "Some packages could not be installed. Look at the reason above (often: no network), then start again."
  (cd "$ROOT/deps" && PATH="$VENV/bin:$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error $omit >/dev/null) ||
    stop "The design system could not be installed. Look at the reason above (often: no network), then start again."
}

setup() { # $1: run, or dev for the tests' tools as well. What dev needs includes what run needs.
  locks=$(cd "$ROOT/deps" && cat requirements.txt requirements-dev.txt package-lock.json | cksum)
  ready=$(cat "$VENV/.ready" 2>/dev/null || true)
  if [ "$ready" != "$locks dev" ] && { [ "$1" = dev ] || [ "$ready" != "$locks run" ]; }; then
    case $ready in *dev) set -- dev ;; esac # do not take the tests' tools away again
    install "$1"
    echo "$locks $1" >"$VENV/.ready"
  fi
}

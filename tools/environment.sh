#!/bin/sh
# environment.sh VENV REQUIREMENTS: a virtual environment with exactly the pinned, hashed dependencies.
# PYTHON in the environment names an interpreter; otherwise the first that fits is taken.
set -eu
venv=$1 requirements=$2

fits() {
  # A version manager's shim may be there and refuse to run, so ask the interpreter itself.
  "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1
}

if [ ! -x "$venv/bin/python" ]; then
  python=""
  for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 /usr/bin/python3; do
    if fits "$candidate"; then
      python=$candidate
      break
    fi
  done
  if [ -z "$python" ]; then
    echo "ERP AI Desktop needs Python 3.11, 3.12 or 3.13 with its venv module; none was found." >&2
    exit 2
  fi
  echo "Making the environment in $venv with $("$python" --version)"
  "$python" -m venv "$venv"
fi
echo "Installing the pinned dependencies of $requirements"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
# The program itself, editable, for the `erpai-desktop` command; the build tool is one of the pinned packages.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation \
  --editable .

#!/bin/sh
# environment.sh PYTHON VENV REQUIREMENTS: a virtual environment with exactly the pinned, hashed dependencies.
set -eu
python=$1 venv=$2 requirements=$3

"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || {
  echo "ERP AI Desktop needs Python 3.11, 3.12 or 3.13; $python is $("$python" --version)." >&2
  exit 2
}
if [ ! -x "$venv/bin/python" ]; then
  echo "Making the environment in $venv"
  "$python" -m venv "$venv"
fi
echo "Installing the pinned dependencies of $requirements"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements"
# The program itself, editable, for the `erpai-desktop` command; the build tool is one of the pinned packages.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-index --no-build-isolation \
  --editable .

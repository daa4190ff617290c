#!/bin/sh
# Install the package, editable, with an extra into an environment: install.sh PYTHON '.[EXTRA]'.
# uv takes seconds where pip takes minutes; pip does it where uv cannot be had or fails.
with_uv() {
    "$1" -m pip install --quiet --disable-pip-version-check uv || return
    "$1" -m uv pip install --quiet --python "$1" --editable "$2"
}
with_uv "$@" || "$1" -m pip install --quiet --disable-pip-version-check --editable "$2"

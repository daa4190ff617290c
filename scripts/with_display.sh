#!/bin/sh
# Run pytest so that each of its processes has a virtual display of its own (pytest-xvfb starts
# them), or on the screen there is where Xvfb is missing. Nothing of it elsewhere than on Linux.
if [ "$(uname)" = Linux ]; then
    command -v Xvfb >/dev/null || [ -n "$DISPLAY" ] || {
        echo "No display, and Xvfb is missing: install xvfb." >&2
        exit 1
    }
    export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-xcb}" # not the Wayland of the desktop
fi
exec "$@"

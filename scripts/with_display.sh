#!/bin/sh
# Run a command on the screen there is, or on a virtual one of 1400x900 with OpenGL.
if [ -n "$DISPLAY$WAYLAND_DISPLAY" ] || [ "$(uname)" != Linux ]; then
    exec "$@"
fi
command -v xvfb-run >/dev/null || { echo "No display, and xvfb-run is missing: install xvfb." >&2; exit 1; }
exec xvfb-run -a -s "-screen 0 1400x900x24" "$@"

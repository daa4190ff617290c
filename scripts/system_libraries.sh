#!/bin/sh
# Make sure that Qt and OpenGL find their system libraries, and that a virtual display is there.
# Installs them when root on Debian or Ubuntu; says what is missing otherwise. Linux only.
[ "$(uname)" = Linux ] || exit 0

packages="libegl1 libgl1 libgl1-mesa-dri libopengl0 libglib2.0-0 libxkbcommon-x11-0 libxcb-cursor0
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 libxcb-shape0
libxcb-xinerama0 libdbus-1-3 libfontconfig1 xvfb xauth fonts-dejavu-core"

if ! command -v dpkg-query >/dev/null; then
    command -v Xvfb >/dev/null || echo "No Xvfb found; without a display, install your distribution's xvfb." >&2
    exit 0
fi

missing=""
# Debian's Python comes without what makes virtual environments.
"${1:-python3}" -c "import ensurepip" 2>/dev/null || missing=" python3-venv"
for package in $packages; do
    # Newer releases renamed some libraries for 64-bit time (libglib2.0-0t64).
    dpkg-query -W -f '${Status}\n' "$package" "${package}t64" 2>/dev/null | grep -q '^install ok installed' \
        || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if [ "$(id -u)" != 0 ]; then
    echo "These system libraries are missing; install them with:" >&2
    echo "  sudo apt-get install --no-install-recommends$missing" >&2
    exit 0
fi
echo "Installing system libraries:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null

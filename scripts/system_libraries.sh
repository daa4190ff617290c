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

# A fresh machine updates itself, and its apt holds the locks for minutes. apt-get can wait for the
# one of dpkg, but not for those of the package lists and of the archives.
lock_seconds=600
waiting=""
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt_get() {
    give_up=$(($(date +%s) + lock_seconds))
    until LC_ALL=C apt-get -qq -o "DPkg::Lock::Timeout=$lock_seconds" "$@" >"$log" 2>&1; do
        if ! grep -q "Could not get lock" "$log"; then
            why="see above"
        elif [ "$(date +%s)" -ge "$give_up" ]; then
            why="another apt or dpkg has been running for more than $((lock_seconds / 60)) minutes"
        else
            [ -n "$waiting" ] || echo "Waiting for another run of apt or dpkg to end."
            waiting=yes
            sleep 3
            continue
        fi
        cat "$log" >&2
        echo "These system libraries could not be installed ($why):$missing" >&2
        echo "Run the command again, or install them by hand." >&2
        exit 1
    done
}

echo "Installing system libraries:$missing"
export DEBIAN_FRONTEND=noninteractive
apt_get update
# shellcheck disable=SC2086  # a list of packages
apt_get install -y --no-install-recommends $missing

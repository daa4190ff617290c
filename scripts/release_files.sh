#!/bin/sh
# What a release has beside its packages: release_files.sh TAG DIST TARGET writes the notes, out of
# the changelog, and the recipe for conda-forge, with version and checksum. Stops if the tag, the
# packages in DIST and the changelog do not tell the same version.
set -eu
tag=$1 dist=$2 target=$3
version=${tag#v}
root=$(dirname "$0")/..
sdist=$dist/napari_kmeans_quantizer-$version.tar.gz
wheel=$dist/napari_kmeans_quantizer-$version-py3-none-any.whl

for package in "$sdist" "$wheel"; do
    [ -f "$package" ] || { echo "$tag is tagged, but there is no $package" >&2; exit 1; }
done
mkdir -p "$target"

# From "## 1.2.3 (2026-01-31)" to the next such line.
awk -v heading="## $version (" '
    index($0, "## ") == 1 { inside = index($0, heading) == 1 && /\([0-9]+-[0-9]+-[0-9]+\)$/; next }
    inside
' "$root/CHANGELOG.md" >"$target/notes.md"
[ -s "$target/notes.md" ] || {
    echo "CHANGELOG.md needs a section '## $version (year-month-day)'" >&2
    exit 1
}

sum=$(python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$sdist")
sed -e "s/^  version: \"0\.0\.0\"$/  version: \"$version\"/" -e "s/\"0\{64\}\"/\"$sum\"/" \
    "$root/recipe/recipe.yaml" >"$target/recipe.yaml"

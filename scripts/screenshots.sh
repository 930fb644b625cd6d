#!/bin/sh
# Pictures of a report at the widths that matter, to look at before a change of the page is merged.
#
#   scripts/screenshots.sh tests/golden/report.html OUT
#
# writes OUT/phone.png (390 px), OUT/laptop.png (1280 px) and OUT/print.pdf. Needs Chromium; set CHROMIUM
# to its command where it has another name. The browser is given a profile of its own and no network.
set -eu

page=$(realpath "$1")
out=$2
mkdir -p "$out"
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

shoot() {
    "${CHROMIUM:-chromium}" --headless --no-sandbox --disable-gpu --no-first-run --disable-sync \
        --disable-background-networking --disable-component-update --disable-quic \
        --host-resolver-rules='MAP * ~NOTFOUND' --hide-scrollbars \
        --user-data-dir="$profile" "$@" "file://$page" 2>/dev/null
}

shoot --window-size=390,2400 --screenshot="$out/phone.png"
shoot --window-size=1280,2400 --screenshot="$out/laptop.png"
shoot --no-pdf-header-footer --print-to-pdf="$out/print.pdf"
ls "$out"

#!/usr/bin/env bash
# The pictures of the README, from the sample: docs/pictures/make.sh target/release/recount
# Needs Node, Chromium, LibreOffice and pdftoppm (poppler).
set -euo pipefail
recount="$(realpath "$1")"
cd "$(dirname "$0")/../.."
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
"$recount" audit data/sample/*.csv --out "$work/report" >/dev/null
"$recount" audit data/sample/*.csv --out "$work/full" --html-audience workpaper --no-xlsx >/dev/null
cp -r tests/browser "$work/browser"
(cd "$work/browser" && npm ci --silent --no-fund --no-audit)
(cd "$work/browser" && node screenshots.mjs "$work/report/report.html" "$work/page")
(cd "$work/browser" && node screenshots.mjs "$work/full/report.html" "$work/proof")
(cd "$work" && soffice --headless --convert-to pdf report/workpaper.xlsx >/dev/null)
pdftoppm -r 80 -f 1 -l 1 -singlefile -png "$work/workpaper.pdf" "$work/workpaper"
cp "$work/page/laptop.png" docs/pictures/page.png
cp "$work/page/chart.png" docs/pictures/chart.png
cp "$work/proof/proof.png" docs/pictures/proof.png
cp "$work/workpaper.png" docs/pictures/workpaper.png

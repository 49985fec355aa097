#!/bin/sh
# Print the path of a Chromium for the browser tests: Playwright's own where it is or can be had, else the
# system's, installed through the package manager when root. Nothing is fetched when one is there.
set -eu
cd "$(dirname "$0")/.."

own() {
    .venv/bin/python -c '
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)'
}

starts() {
    [ -n "$1" ] && [ -x "$1" ] && "$1" --version >/dev/null 2>&1
}

system() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    mac="/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
    [ -x "$mac" ] && echo "$mac"
}

found() {
    for browser in "${PORTAL_BROWSER:-}" "$(own || true)" "$(system || true)"; do
        if starts "$browser"; then
            echo "$browser"
            return 0
        fi
    done
    return 1
}

within() {
    if command -v timeout >/dev/null 2>&1; then timeout "$@"; else shift && "$@"; fi
}

found && exit 0
echo "Hämtar en webbläsare för testerna …" >&2
if [ "$(id -u)" = 0 ]; then with_deps=--with-deps; else with_deps=; fi
within 300 .venv/bin/python -m playwright install $with_deps chromium >&2 || true
found && exit 0
tools/apt_install.sh chromium || true
found && exit 0
echo "Ingen webbläsare gick att få. Installera Chromium, eller peka ut en med PORTAL_BROWSER=…" >&2
exit 1

// Single-key shortcuts (WCAG 2.1.4: off with body[data-shortcuts=off]). Rows are [data-rows] [data-row]; what a key does
// in a row or on the page is the control that carries data-key. "/" always goes to the search field of the header.
const TYPING = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";
const IN_ROW = new Set(["a", "r", "t"]);
const ON_PAGE = new Set(["s", "t", "u", "?"]);

function rows() {
  return [...document.querySelectorAll("[data-rows] [data-row]")].filter((row) => row.offsetParent !== null);
}

function currentRow() {
  return document.activeElement?.closest("[data-row]") ?? document.querySelector("[data-row][data-current]");
}

function go(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement?.closest("[data-row]") ?? null);
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
  next?.querySelector("[data-row-link], a[href]")?.focus();
}

function press(scope, key) {
  const control = [...(scope?.querySelectorAll("[data-key]") ?? [])].find((found) => found.dataset.key === key);
  if (!control || control.getAttribute("aria-disabled") === "true") return false;
  control.click();
  return true;
}

function act(key) {
  if (key === "j" || key === "k") return go(key === "j" ? 1 : -1), true;
  if (key === "x") return currentRow()?.querySelector("input[type=checkbox]")?.click(), true;
  if (IN_ROW.has(key) && press(currentRow(), key)) return true;
  return ON_PAGE.has(key) && press(document, key);
}

export function listenForShortcuts(root) {
  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.body.dataset.shortcuts === "off" || document.querySelector("dialog[open]")) return;
    if (event.target.closest?.(TYPING)) return;
    const handled = event.key === "/" ? (document.getElementById("site-search")?.focus(), true) : act(event.key.toLowerCase());
    if (handled) event.preventDefault();
  });
}

// Below the breakpoint of frontend/css/search.css filters start folded, so that the list comes first, and stay as the
// person left them when the list is drawn anew. Without script they stand open.
const NARROW = matchMedia("(max-width: 63.99rem)");
let unfolded = false;

function fold(root) {
  for (const filters of root.querySelectorAll("details.filters")) filters.open = unfolded || !NARROW.matches;
}

export function foldFilters(root) {
  fold(root);
  root.addEventListener("click", (event) => {
    const summary = event.target.closest?.("details.filters > summary");
    if (summary) unfolded = !summary.parentElement.open;
  });
  root.addEventListener("htmx:afterSwap", () => fold(root));
  NARROW.addEventListener("change", () => fold(root));
}

// After a swap that a person asked for (a click or a sent form) focus goes to the error summary, else to the marked or
// first heading of the new content. Polling and search-as-you-type leave focus where it is.
const ASKED_FOR = new Set(["click", "submit"]);
const TARGETS = ["ds-error-summary", "[data-focus]", "h1, h2, h3"];

function wanted(content) {
  for (const selector of TARGETS) {
    const found = content.matches(selector) ? content : content.querySelector(selector);
    if (found) return found;
  }
  return null;
}

export function moveFocusAfterSwap(root) {
  root.addEventListener("htmx:afterSettle", (event) => {
    const asked = event.detail.requestConfig?.triggeringEvent?.type;
    if (!ASKED_FOR.has(asked) || !event.target.matches) return;
    const target = wanted(event.target);
    if (!target) return;
    if (!target.matches("a, button, input, select, textarea, [tabindex]")) target.setAttribute("tabindex", "-1");
    target.focus();
  });
}

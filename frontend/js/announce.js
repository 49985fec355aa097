// One polite live region (#live) speaks what a swap changed: the text of [data-announce] in the new content.
export function announce(text) {
  const region = document.getElementById("live");
  if (!region || !text || region.textContent === text) return;
  region.textContent = text;
}

export function announceSwaps(root) {
  root.addEventListener("htmx:afterSettle", (event) => {
    const spoken = event.target.matches?.("[data-announce]") ? event.target : event.target.querySelector?.("[data-announce]");
    announce(spoken?.textContent.replace(/\s+/g, " ").trim());
  });
}

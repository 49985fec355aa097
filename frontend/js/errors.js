// A request that fails must be seen: the hidden #request-error message is shown with the text for its kind.
import { announce } from "./announce.js";

function show(kind) {
  const box = document.getElementById("request-error");
  if (!box) return;
  const text = box.dataset[kind] ?? box.dataset.failed;
  box.querySelector("[data-text]").textContent = text;
  box.hidden = false;
  announce(text);
}

function kindOf(status) {
  return { 401: "signedOut", 403: "forbidden", 404: "missing", 409: "conflict" }[status] ?? "failed";
}

export function showRequestErrors(root) {
  root.addEventListener("htmx:responseError", (event) => show(kindOf(event.detail.xhr.status)));
  root.addEventListener("htmx:sendError", () => show("offline"));
  root.addEventListener("htmx:beforeRequest", () => {
    const box = document.getElementById("request-error");
    if (box) box.hidden = true;
  });
}

// The record lock (A6.22) is taken by the first thing typed or chosen in form[data-lock], whose value is its address, and
// let go when the page is left. data-lock-mine: the reader has it already. Without script a button takes it.
import { announce } from "./announce.js";

let held = null;
let sends = false;

const token = (form) => form.querySelector("[name=_csrf_token]")?.value ?? "";

function release() {
  if (held) navigator.sendBeacon(`${held.url}/release`, new URLSearchParams({ _csrf_token: held.token }));
  held = null;
}

async function begin(form) {
  const url = form.dataset.lock;
  if (held?.url === url) return;
  release();
  held = { url, token: token(form) };
  const answer = await fetch(url, { method: "POST", headers: { "x-csrf-token": held.token, "x-lock": "1" } });
  if (answer.ok) return;
  held = null;
  announce(form.dataset.lockTaken);
}

function find(root) {
  const mine = root.querySelector("form[data-lock-mine]");
  if (mine) held = { url: mine.dataset.lock, token: token(mine) };
  else if (held && !root.querySelector(`form[data-lock="${held.url}"]`)) release();
}

export function lockOnFirstAct(root) {
  root.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.lock) begin(form);
  });
  root.addEventListener("submit", () => (sends = true));
  root.addEventListener("htmx:afterSwap", () => {
    sends = false;
    find(root);
  });
  addEventListener("pagehide", () => sends || release());
  addEventListener("pageshow", () => (sends = false));
  find(root);
}

// How long what was just attested can be undone: counted down in sight, spoken once when it is over, and then Ångra goes.
// The server decides; without this the page says until when.
import { announce } from "./announce.js";

const TICK = 250;
let timer = null;
let counted = null; // which box is counted, by what the server said of it: a swap elsewhere begins nothing anew

function over(box) {
  const held = box.contains(document.activeElement);
  box.removeAttribute("data-undo-seconds");
  for (const gone of box.querySelectorAll("form, [data-undo-left]")) gone.remove();
  const told = box.querySelector("[data-undo-over]");
  told.hidden = false;
  announce(told.textContent.trim());
  if (!held) return;
  told.setAttribute("tabindex", "-1");
  told.focus();
}

function show(box, until) {
  const seconds = Math.ceil((until - performance.now()) / 1000);
  if (seconds <= 0) {
    clearInterval(timer);
    return over(box);
  }
  const left = box.querySelector("[data-undo-left]");
  left.hidden = false;
  left.textContent = left.dataset.undoLeft.replace("{s}", seconds);
}

function begin() {
  const box = document.querySelector("[data-undo-seconds]");
  if (box && box.dataset.undoSeconds === counted) return;
  clearInterval(timer);
  counted = box?.dataset.undoSeconds ?? null;
  if (!box) return;
  const until = performance.now() + Number(box.dataset.undoSeconds) * 1000;
  show(box, until);
  timer = setInterval(() => show(box, until), TICK);
}

export function countDownUndo(root) {
  begin();
  root.addEventListener("htmx:afterSettle", begin);
}

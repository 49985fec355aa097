// How long what was just attested can be undone: counted down in sight, spoken once when it is over, and then its Ångra
// goes. The server decides; without this the page says until when.
import { announce } from "./announce.js";

const TICK = 250;
// Item → [what the server said of it, when that ends]: a swap elsewhere begins nothing anew.
const ends = new WeakMap();

function over(item) {
  const held = item.contains(document.activeElement) || document.activeElement?.closest("[data-undo-all]");
  item.removeAttribute("data-undo-seconds");
  item.querySelector("form")?.remove();
  item.querySelector("[data-undo-open]").hidden = true;
  document.querySelector("[data-undo-all]")?.remove();
  const told = item.querySelector("[data-undo-over]");
  told.hidden = false;
  announce(told.textContent.trim());
  if (!held) return;
  told.setAttribute("tabindex", "-1");
  told.focus();
}

function until(item) {
  const said = item.dataset.undoSeconds;
  if (ends.get(item)?.[0] !== said) ends.set(item, [said, performance.now() + Number(said) * 1000]);
  return ends.get(item)[1];
}

function tick() {
  for (const item of document.querySelectorAll("[data-undo-seconds]")) {
    const seconds = Math.ceil((until(item) - performance.now()) / 1000);
    const left = item.querySelector("[data-undo-left]");
    if (seconds <= 0) {
      over(item);
      continue;
    }
    left.hidden = false;
    left.textContent = left.dataset.undoLeft.replace("{s}", seconds);
  }
}

export function countDownUndo() {
  tick();
  setInterval(tick, TICK);
}

// The handle between document and coding: arrow keys, dragging, or a plain press that steps through three widths
// (WCAG 2.5.7: dragging is never the only way). The new width is sent by the handle's own form, once let go.
const PRESETS = [30, 38, 50];

function apply(handle, width, save) {
  const least = Number(handle.getAttribute("aria-valuemin"));
  const most = Number(handle.getAttribute("aria-valuemax"));
  const bounded = Math.round(Math.min(most, Math.max(least, width)));
  handle.setAttribute("aria-valuenow", String(bounded));
  handle.closest(".document-columns").style.setProperty("--document-width", `${bounded}%`);
  const form = handle.querySelector("form") ?? document.getElementById(handle.dataset.form);
  if (save && form) {
    form.elements.width.value = String(bounded);
    form.dispatchEvent(new CustomEvent("split:saved", { bubbles: true }));
  }
}

function widthAt(handle, clientX) {
  const box = handle.closest(".document-columns").getBoundingClientRect();
  return ((clientX - box.left) / box.width) * 100;
}

function drag(handle, start) {
  let moved = false;
  const move = (event) => {
    moved ||= Math.abs(event.clientX - start.clientX) > 3;
    if (moved) apply(handle, widthAt(handle, event.clientX), false);
  };
  const stop = () => {
    handle.removeEventListener("pointermove", move);
    const now = Number(handle.getAttribute("aria-valuenow"));
    apply(handle, moved ? now : (PRESETS.find((preset) => preset > now) ?? PRESETS[0]), true);
  };
  handle.setPointerCapture(start.pointerId);
  handle.addEventListener("pointermove", move);
  handle.addEventListener("pointerup", stop, { once: true });
}

export function dragSplits(root) {
  for (const handle of root.querySelectorAll(".split")) apply(handle, Number(handle.getAttribute("aria-valuenow")), false);
  root.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest?.(".split");
    if (handle) drag(handle, event);
  });
  root.addEventListener("keydown", (event) => {
    const handle = event.target.closest?.(".split");
    const step = { ArrowLeft: -2, ArrowRight: 2 }[event.key];
    if (!handle || !step) return;
    event.preventDefault();
    apply(handle, Number(handle.getAttribute("aria-valuenow")) + step, true);
  });
}

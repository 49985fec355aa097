// The sticky action bar must never hide what has focus (WCAG 2.4.11): scroll padding follows its height.
export function watchBar(root) {
  const bar = root.querySelector(".bar");
  if (!bar) return;
  new ResizeObserver(() => {
    const height = getComputedStyle(bar).position === "sticky" ? bar.offsetHeight : 0;
    document.documentElement.style.setProperty("--bar-height", `${height}px`);
  }).observe(bar);
}

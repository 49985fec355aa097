// Minus and plus beside a quantity. The field itself takes any number with a comma, so steps keep its decimals.
export function stepQuantities(root) {
  root.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    const input = button?.closest(".quantity")?.querySelector("input");
    if (!input) return;
    const now = Number(input.value.replace(/\s/g, "").replace(",", "."));
    const next = Math.max(0, (Number.isFinite(now) ? now : 0) + Number(button.dataset.step));
    input.value = String(Math.round(next * 1000) / 1000).replace(".", ",");
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// The receipt's button says what it does: everything, or so much of what is left, as the fields stand.
const number = (text) => Number((text ?? "").replace(/[\s\u00a0]/g, "").replace(",", "."));
const words = (value) => String(Math.round(value * 10000) / 10000).replace(".", ",");

function label(form, button) {
  const lines = [...form.querySelectorAll("[data-left]")].map((line) => ({
    left: number(line.dataset.left),
    unit: line.dataset.unit,
    typed: number(line.querySelector('[name^="quantity-"]')?.value),
    amount: line.querySelector('[name^="amount-"]')?.value.trim(),
  }));
  const { receipt, receiptAll, receiptPart } = button.dataset;
  const sum = (name) => lines.reduce((total, line) => total + line[name], 0);
  if (!sum("left") || !sum("typed") || lines.some((line) => line.amount)) return receipt;
  if (lines.every((line) => line.typed === line.left)) return receiptAll;
  if (new Set(lines.map((line) => line.unit)).size > 1) return receipt;
  return receiptPart.replace("{typed}", words(sum("typed"))).replace("{left}", words(sum("left")));
}

export function nameReceipt(root) {
  const button = root.querySelector("[data-receipt]");
  if (!button) return;
  const show = () => (button.querySelector("span").textContent = label(button.form, button));
  button.form.addEventListener("input", show);
  show();
}

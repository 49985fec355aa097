// A link with data-opens leads to a page that asks the same question; with script the dialog opens in place instead.
export function openDialogs(root) {
  root.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
  });
}

// Forms marked data-submit-on-change are sent as soon as a choice changes; without script their button does it.
export function submitFilters(root) {
  root.addEventListener("change", (event) => {
    const form = event.target.form;
    if (form?.hasAttribute("data-submit-on-change")) form.requestSubmit();
  });
}

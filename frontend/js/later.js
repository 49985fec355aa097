// A form that saves itself (data-saves-itself) may be changed again while the answer is on its way. What is changed
// then is sent next, and that answer shows the whole form: of the one that is overtaken only the hidden `shown` is
// taken, which says what the form was made from, so that no later change is written over.
const overtaken = new WeakSet();

// Heard before htmx hears it: the change that starts a request does not overtake it.
function note(event) {
  const form = event.target.closest?.("form[data-saves-itself]");
  if (form?.matches(".htmx-request")) overtaken.add(form);
}

function takeShown(event) {
  const form = event.target;
  if (!overtaken.delete(form)) return;
  const answer = new DOMParser().parseFromString(event.detail.serverResponse, "text/html");
  const shown = answer.querySelector("input[name=shown]");
  if (!shown) return;
  form.querySelector("input[name=shown]").value = shown.value;
  event.detail.shouldSwap = false;
}

export function keepLaterChanges(root) {
  root.addEventListener("input", note, true);
  root.addEventListener("change", note, true);
  root.addEventListener("htmx:beforeRequest", (event) => overtaken.delete(event.target));
  root.addEventListener("htmx:beforeSwap", takeShown);
}

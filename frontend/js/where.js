// Where the person was when the scripts came. On a slow machine somebody has begun to type by then, and an error
// summary, which takes focus when it is made, must not take it from the field they are in.
const before = document.activeElement;

export function stayWhereYouWere() {
  const taken = document.activeElement?.matches?.("ds-error-summary");
  if (taken && before && before !== document.body && before.isConnected) before.focus();
}

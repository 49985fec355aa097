// Everything here only adds comfort: each page works as plain links and forms without it.
import htmx from "htmx.org/dist/htmx.esm.js";
import { stayWhereYouWere } from "./where.js"; // before the error summary is made
import "./vendor.js";
import "idiomorph/dist/idiomorph-htmx.js";
import "@digdir/designsystemet-web/ds-error-summary";
import { announceSwaps } from "./announce.js";
import { watchBar } from "./bar.js";
import { openDialogs } from "./dialogs.js";
import { showRequestErrors } from "./errors.js";
import { moveFocusAfterSwap } from "./focus.js";
import { nameReceipt } from "./receipt.js";
import { stepQuantities } from "./quantity.js";
import { keepLaterChanges } from "./later.js";
import { lockOnFirstAct } from "./lock.js";
import { listenForShortcuts } from "./shortcuts.js";
import { dragSplits } from "./split.js";
import { submitFilters } from "./filters.js";
import { foldFilters } from "./fold.js";
import { countDownUndo } from "./undo.js";

stayWhereYouWere();
htmx.config.scrollBehavior = "instant";
announceSwaps(document);
moveFocusAfterSwap(document);
showRequestErrors(document);
listenForShortcuts(document);
openDialogs(document);
stepQuantities(document);
nameReceipt(document);
submitFilters(document);
foldFilters(document);
dragSplits(document);
watchBar(document);
keepLaterChanges(document);
lockOnFirstAct(document);
countDownUndo();
// Last: whoever waits for this class may use everything above.
document.documentElement.classList.add("js");

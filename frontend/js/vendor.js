// idiomorph registers itself with a global htmx and finds its own engine there too.
import htmx from "htmx.org/dist/htmx.esm.js";
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";

window.htmx = htmx;
window.Idiomorph = Idiomorph;

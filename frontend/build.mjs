// Builds static/build/ from frontend/, static/ and the locked npm packages: one style sheet, one script, the typeface,
// the icons the server inlines, the licence texts of what is shipped, and manifest.json (logical name → hashed name).
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { build } from "esbuild";

const OUT = "static/build";
const FONT = "node_modules/@fontsource-variable/hanken-grotesk/files/hanken-grotesk-";
const PICTURES = "frontend/pictures";
const ICONS = "node_modules/lucide-static/icons";
const SHARED = { bundle: true, minify: true, write: false, metafile: true, legalComments: "none", logLevel: "warning" };
// Shipped as files or data, so that no bundle lists them among its inputs.
const SHIPPED_BESIDE = ["@fontsource-variable/hanken-grotesk", "lucide-static"];

const manifest = {};

async function emit(name, bytes) {
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const hashed = `${basename(name, extname(name))}.${hash}${extname(name)}`;
  await writeFile(join(OUT, hashed), bytes);
  manifest[name] = hashed;
  return hashed;
}

async function emitFonts() {
  for (const subset of ["latin", "latin-ext"]) {
    await emit(`hanken-grotesk-${subset}.woff2`, await readFile(`${FONT}${subset}-wght-normal.woff2`));
  }
}

async function emitStyles() {
  const result = await build({ ...SHARED, entryPoints: ["frontend/css/app.css"], external: ["*.woff2"], target: "chrome120" });
  const css = result.outputFiles[0].text.replace(/hanken-grotesk-[a-z-]+\.woff2/g, (name) => manifest[name]);
  await emit("app.css", css);
  return result.metafile;
}

async function emitScript() {
  const result = await build({ ...SHARED, entryPoints: ["frontend/js/app.js"], format: "iife", target: "es2022" });
  await emit("app.js", result.outputFiles[0].contents);
  return result.metafile;
}

// Every Lucide icon's inner drawing: read by the server, which writes the <svg> around it, never by a browser.
async function emitIcons() {
  const icons = {};
  for (const file of (await readdir(ICONS)).filter((name) => name.endsWith(".svg")).sort()) {
    const svg = await readFile(join(ICONS, file), "utf8");
    icons[basename(file, ".svg")] = svg.replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "").replace(/\s*\n\s*/g, "");
  }
  await writeFile(join(OUT, "icons.json"), JSON.stringify(icons));
}

// Our own drawings of kinds of goods, by the names that portal/catalog/rules/pictures.py knows.
async function emitPictures() {
  for (const file of (await readdir(PICTURES)).sort()) await emit(`picture-${file}`, await readFile(join(PICTURES, file)));
}

function packagesIn(metafiles) {
  const paths = metafiles.flatMap((meta) => Object.keys(meta.inputs));
  const names = paths.map((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]).filter(Boolean);
  return [...new Set([...names, ...SHIPPED_BESIDE])].sort();
}

async function licenceOf(name) {
  const folder = join("node_modules", name);
  const about = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), "utf8") : `Licence: ${about.license}. Author: ${about.author}.`;
  return `${name} ${about.version} (${about.license})\n\n${text.trim()}\n`;
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
await emitFonts();
await emit("mark.svg", await readFile("static/mark.svg"));
const metafiles = [await emitStyles(), await emitScript()];
await emitIcons();
await emitPictures();
const licences = await Promise.all(packagesIn(metafiles).map(licenceOf));
await writeFile(join(OUT, "licences.txt"), licences.join(`\n${"-".repeat(80)}\n\n`));
await writeFile(join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

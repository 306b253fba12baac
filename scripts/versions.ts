// The versions of all code that scores, measures, trains, merges or recognises: `npm run versions` prints them as JSON.
// After a refactoring that changes no result, `npm run versions -- --keep BEFORE.json` lets each module keep the version
// that BEFORE.json has of it: stored scores, models and measures stay valid.
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {basename, dirname, join, resolve} from "node:path";
import {parseArgs} from "node:util";

const {values} = parseArgs({options: {keep: {type: "string"}}});
const KEPT = "src/base/fingerprint/keptVersions.ts";
const src = resolve("src");

/** Writes the table before anything reads it: what a module keeps must not hide what its text has now. */
function writeKept(rows: readonly string[]): void {
  const text = readFileSync(KEPT, "utf8");
  writeFileSync(
    KEPT,
    text.replace(/Object\.entries\(\{[^]*\}\)/, () => `Object.entries({\n${rows.join("\n")}\n})`)
  );
}
if (values.keep !== undefined) writeKept([]);
const {moduleVersion} = await import("../src/base/fingerprint/index.js");

const files = readdirSync(src, {recursive: true, encoding: "utf8"}).filter((name) => name.endsWith(".ts"));
const versions: Record<string, string> = {};

function add(path: string, without?: string[]): void {
  versions[`${basename(dirname(path))}/${basename(path, ".ts")}`] = moduleVersion(path, {without});
}

for (const file of files)
  if (/\bmodule: import\.meta\.url|\.module = import\.meta\.url/.test(readFileSync(join(src, file), "utf8")))
    add(join(src, file));
for (const file of ["data/splits/measure.ts", "data/privacy/scanCell.ts", "data/privacy/maskExcerpt.ts"])
  add(join(src, file));
const merge = join(src, "weights/merge");
const methods = join(merge, "methods");
for (const file of ["merge.ts", "moe/merge.ts"]) add(join(merge, file), [join(methods, "index.js")]);
for (const name of readdirSync(methods))
  if (name.endsWith(".ts") && !["index.ts", "all.ts"].includes(name)) add(join(methods, name));

if (values.keep === undefined) console.log(JSON.stringify(versions, undefined, 1));
else {
  const before = JSON.parse(readFileSync(values.keep, "utf8")) as Record<string, string>;
  const kept = Object.entries(versions).filter(([name, version]) => (before[name] ?? version) !== version);
  writeKept(kept.map(([name, version]) => `"${version}": "${before[name]}", // ${name}`));
  const gone = Object.keys(before).filter((name) => !(name in versions));
  if (gone.length > 0) console.error(`not found any more: ${gone.join(", ")}`);
  console.error(`${KEPT}: ${kept.length} of ${Object.keys(versions).length} modules keep a former version`);
}

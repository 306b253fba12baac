// The versions of all code that scores, measures, trains, merges or recognises: `npm run versions` prints them as JSON.
// After a refactoring that changes no result, `npm run versions -- --keep BEFORE.json` lets each module keep the version
// that BEFORE.json has of it: stored scores, models and measures stay valid.
import {readdirSync, readFileSync, writeFileSync} from "node:fs";
import {basename, dirname, join, relative, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import {parseArgs} from "node:util";
import type * as Fingerprint from "../src/base/fingerprint/moduleVersion.js";

const {values} = parseArgs({options: {keep: {type: "string"}, src: {type: "string", default: "src"}}});
const src = resolve(values.src);
const KEPT = "src/base/fingerprint/keptVersions.ts";

const files = readdirSync(src, {recursive: true, encoding: "utf8"}).filter((name) => name.endsWith(".ts"));
/** "splits/measure.ts", in whichever group. */
const fileOf = (part: string) =>
  join(
    src,
    files.find((file) => `/${file}`.endsWith(`/${part}`))!
  );

const {moduleVersion} = (await import(
  pathToFileURL(fileOf("fingerprint/moduleVersion.ts")).href
)) as typeof Fingerprint;

const versions: Record<string, string> = {};
const add = (
  path: string,
  name = `${basename(dirname(path))}/${basename(path, ".ts")}`,
  without?: string[]
) => (versions[name] = moduleVersion(path, {without}));

for (const file of files)
  if (/\bmodule: import\.meta\.url|\.module = import\.meta\.url/.test(readFileSync(join(src, file), "utf8")))
    add(join(src, file));
add(fileOf("splits/measure.ts"));
add(fileOf("privacy/scanCell.ts"));
add(fileOf("privacy/maskExcerpt.ts"));
const merge = dirname(fileOf("merge/mergeVersion.ts"));
const methods = join(merge, "methods");
add(join(merge, "merge.ts"), "merge/merge", [join(methods, "index.js")]);
add(join(merge, "moe/merge.ts"), "moe/merge", [join(methods, "index.js")]);
for (const name of readdirSync(methods))
  if (name.endsWith(".ts") && name !== "index.ts") add(join(methods, name));

if (values.keep === undefined) console.log(JSON.stringify(versions, undefined, 1));
else {
  const before = JSON.parse(readFileSync(values.keep, "utf8")) as Record<string, string>;
  const known = readFileSync(KEPT, "utf8");
  const rows = Object.entries(versions).flatMap(([name, version]) => {
    const former = before[name];
    return former === undefined || former === version ? [] : [`  ["${version}", "${former}"] // ${name}`];
  });
  const gone = Object.keys(before).filter((name) => !(name in versions));
  if (gone.length > 0) console.error(`not found any more: ${gone.join(", ")}`);
  writeFileSync(
    KEPT,
    `${known.slice(0, known.indexOf("new Map"))}new Map<string, string>([\n${rows.join(",\n").replace(/ (\/\/ .*),$/gm, ", $1")}\n]);\n`
  );
  console.error(
    `${relative(".", KEPT)}: ${rows.length} of ${Object.keys(versions).length} modules keep a former version`
  );
}

import {existsSync, readdirSync} from "node:fs";
import {basename, join} from "node:path";
import {checkItem} from "./checkItem.js";

const args = process.argv.slice(2);
const all = args.includes("--all");
const [folder, ...wanted] = args.filter((arg) => arg !== "--all");
if (
  folder === undefined ||
  !existsSync(folder) ||
  args.some((arg) => arg.startsWith("--") && arg !== "--all")
) {
  console.error(
    folder === undefined || existsSync(folder)
      ? "Usage: npm run conformance -- DIR [ITEM…] [--all]"
      : `${folder} does not exist. Give the folder that holds the collections.`
  );
  process.exit(2);
}

const items = readdirSync(folder, {withFileTypes: true})
  .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
  .map((entry) => entry.name)
  .filter((name) => wanted.length === 0 || wanted.includes(name))
  .sort();
const missing = wanted.filter((name) => !items.includes(name));
for (const name of missing) console.error(`${basename(folder)} has no item ${name}.`);

let passed = 0;
let failed = missing.length;
const row = (...cells: string[]) =>
  console.log(
    cells
      .map((cell, i) => cell.padEnd([28, 58, 26, 26, 6][i]!))
      .join("  ")
      .trimEnd()
  );
row("item", "figure", "published", "ours", "within tolerance");
for (const name of items) {
  const result = await checkItem(join(folder, name));
  if (result.status === "unknown") {
    row(name, "no reader knows this kind of item", "", "", all ? "no" : "");
    if (all) failed++;
    continue;
  }
  for (const {figure, published, ours, within} of result.comparisons) {
    row(name, figure, published, ours, within ? "yes" : "no");
  }
  if (result.problem !== undefined) row(name, result.problem, "", "", "no");
  if (result.status === "passed") passed++;
  else failed++;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

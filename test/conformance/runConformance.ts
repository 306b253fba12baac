import {statSync} from "node:fs";
import {basename, join, resolve} from "node:path";
import {checkItem} from "./checkItem.js";
import {itemsOf} from "./collection.js";

const usage = "Usage: npm run conformance -- DIR [ITEM…] [--all]";

/** Where the lines go. */
export interface Lines {
  log(line: string): void;
  error(line: string): void;
}

/** Checks the items of a collection and prints the table. Exit code: 0 passed, 1 something failed, 2 nothing to check. */
export async function runConformance(args: readonly string[], {log, error}: Lines): Promise<number> {
  const all = args.includes("--all");
  const [folder, ...wanted] = args.filter((arg) => arg !== "--all");
  const problem =
    folder === undefined || [folder, ...wanted].some((arg) => arg.startsWith("--"))
      ? usage
      : problemOf(folder);
  if (folder === undefined || problem !== undefined) {
    error(problem!);
    return 2;
  }
  const items = itemsOf(folder).map((path) => ({
    path: join(folder, path),
    name: path === "." ? basename(resolve(folder)) : path
  }));
  const isAsked = (name: string) => (each: string) => each === name || each === basename(name);
  const asked = items.filter(({name}) => wanted.length === 0 || wanted.some(isAsked(name)));
  const missing = wanted.filter((each) => !asked.some(({name}) => isAsked(name)(each)));
  for (const name of missing) error(`${basename(resolve(folder))} has no item ${name}.`);

  const counts = {passed: 0, failed: missing.length, compared: 0, notReproduced: 0};
  log(row("item", "figure", "published", "ours", "within tolerance"));
  for (const {name, path} of asked) {
    const {status, comparisons, problem: reason} = await checkItem(path, {all});
    if (status === "unknown") {
      log(row(name, "no reader knows this kind of item", "", "", all ? "no" : ""));
      if (all) counts.failed++;
      continue;
    }
    for (const {figure, published, ours, within, notReproduced: why} of comparisons) {
      log(row(name, figure, published, ours, why ? `not reproduced: ${why}` : within ? "yes" : "no"));
      counts[why ? "notReproduced" : "compared"]++;
    }
    if (reason !== undefined) log(row(name, reason, "", "", "no"));
    counts[status]++;
  }
  log(`${counts.compared} rows compared, ${counts.notReproduced} not reproduced for the reasons shown`);
  log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed > 0 ? 1 : 0;
}

function problemOf(folder: string): string | undefined {
  const found = statSync(folder, {throwIfNoEntry: false});
  const wrong = !found
    ? "does not exist"
    : !found.isDirectory()
      ? "is a file"
      : itemsOf(folder).length === 0
        ? "holds no items, which are folders with files"
        : undefined;
  return wrong && `${folder} ${wrong}. Give the folder that holds the collections.\n${usage}`;
}

const widths = [28, 58, 26, 26, 6];

function row(...cells: string[]): string {
  return cells
    .map((cell, i) => plain(cell).padEnd(widths[i]!))
    .join("  ")
    .trimEnd();
}

/** Names come from the data: no character of theirs may steer the terminal. */
function plain(text: string): string {
  return text.replace(/[^\P{C}\n]/gu, "�");
}

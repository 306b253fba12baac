import {existsSync} from "node:fs";

import {dirname, join, resolve} from "node:path";

/** A folder is a project by what it declares, or by results of other tools that were sealed in it. */
const MARKS = ["data-loaders", "evals", join(".assay", "runs")];

/** The folder that is a project: this one or one above it; undefined outside a project. */
export function projectOf(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (MARKS.some((mark) => existsSync(join(folder, mark)))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** A path that a definition names, from the project's folder wherever a command was started; outside a project from the current folder. */
export function inProject(path: string): string {
  const from = process.env.ASSAY_PROJECT || ".";
  return resolve(projectOf(from) ?? from, path);
}

/** The folder of a project's report pages: `pages`, or `src` in projects that keep them there, as Framework does by default. */
export function pagesFolder(project: string): string {
  return join(project, existsSync(join(project, "pages", "index.md")) ? "pages" : "src");
}

import {existsSync} from "node:fs";
import {join} from "node:path";

/** The folder of a project's report pages: `pages`, or `src` in projects that keep them there, as Framework does by default. */
export function pagesFolder(project: string): string {
  return join(project, existsSync(join(project, "pages", "index.md")) ? "pages" : "src");
}

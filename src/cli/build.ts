import {existsSync} from "node:fs";
import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../store/index.js";
import {framework} from "./framework.js";
import {findProject} from "./project.js";
import {print} from "./terminal.js";

export async function buildVerb(): Promise<void> {
  const project = findProject();
  await buildSite(project);
  print(`The site is in ${join(project, "dist")}. Any file host can serve it, from any path.`);
}

/** Builds dist/ and looks through it: Framework ends with 0 even when a page's code could not be run. */
export async function buildSite(project: string, quiet = false): Promise<void> {
  if (!["ts", "js"].some((ending) => existsSync(join(project, `observablehq.config.${ending}`))))
    throw new UserError(
      `${project} has no observablehq.config.ts, so there is no site to build. \`assay init\` writes one.`
    );
  await framework(project, ["build"], {quiet});
  const broken: string[] = [];
  for (const file of await readdir(join(project, "dist"), {recursive: true}))
    if (
      file.endsWith(".html") &&
      (await readFile(join(project, "dist", file), "utf8")).includes("observablehq--error")
    )
      broken.push(file);
  if (broken.length > 0)
    throw new UserError(
      `these pages hold an error instead of a result: ${broken.join(", ")}. Open them with \`assay dev\` to see it.`
    );
}

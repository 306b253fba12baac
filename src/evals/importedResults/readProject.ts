import {basename} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {readContent, type ResultsContent} from "./content.js";
import {logProject} from "./projects/logProject.js";
import type {ForeignProject} from "./projects/types.js";
import {readResults} from "./readResults.js";
import {tools} from "./tools/index.js";
import {promptfooConfigIn, promptfooProject} from "./tools/promptfoo/config.js";

/**
 * Another tool's project from its files: one promptfoo configuration (YAML or JSON), or the exports and logs of one eval
 * (OpenAI Evals, Inspect, lm-eval). Throws a UserError for anything else.
 * @param nameOf makes a name that the store takes of a title
 */
export async function readProject(
  paths: readonly string[],
  nameOf: (title: string) => string
): Promise<ForeignProject> {
  const config = paths.length === 1 ? await promptfooConfigIn(paths[0]!) : undefined;
  if (config) {
    const named = typeof config.description === "string" ? config.description : basename(paths[0]!);
    return withRows(await promptfooProject(paths[0]!, config, nameOf(named)), paths);
  }
  const contents: ResultsContent[] = [];
  for (const path of paths) contents.push(await readContent(path));
  const exporter = tools.find((one) => one.project && contents.every((content) => one.matches(content)));
  if (exporter) {
    const files = await exporter.read(contents).catch(() => []);
    const project = exporter.project!(contents, files, "");
    return withRows({...project, name: nameOf(project.title || basename(paths[0]!))}, paths);
  }
  try {
    const files = await readResults(paths);
    const asked = [];
    for (const content of contents) {
      const from = tools.find((one) => one.matches(content));
      asked.push((await from?.requests?.(content)) ?? []);
    }
    const project = await logProject(files, asked.flat(), "");
    return withRows({...project, name: nameOf(project.title || basename(paths[0]!))}, paths);
  } finally {
    for (const content of contents) if (content.kind === "zip") content.zip.close();
  }
}

/** Throws a UserError without a row, or with two of one id. */
function withRows(project: ForeignProject, paths: readonly string[]): ForeignProject {
  if (project.rows.length === 0)
    throw new UserError(
      `${paths.join(", ")}: there is no row in it that could be asked about. Export the tests or data source items too.${project.dropped.map((line) => `\n- ${line}`).join("")}`
    );
  const ids = new Set<string>();
  for (const row of project.rows) {
    if (ids.has(row.id))
      throw new UserError(`${paths[0]} has two rows with the id ${row.id}. Give each its own.`);
    ids.add(row.id);
  }
  return project;
}

import {readFile} from "node:fs/promises";
import {basename} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import {readContent} from "../content.js";
import {openaiEvals} from "../readers/openaiEvals.js";
import {readResults} from "../readResults.js";
import {askedIn} from "./asked.js";
import {logProject} from "./logProject.js";
import {openaiProject} from "./openaiProject.js";
import {isPromptfooConfig, promptfooProject} from "./promptfooConfig.js";
import {parseYaml} from "./promptfooFiles.js";
import type {ForeignProject} from "./types.js";

/**
 * Another tool's project from its files: one promptfoo configuration (YAML or JSON), or the exports and logs of one eval
 * (OpenAI Evals, Inspect, lm-eval). Throws a UserError for anything else.
 * @param nameOf makes a name that the store takes of a title
 */
export async function readProject(
  paths: readonly string[],
  nameOf: (title: string) => string
): Promise<ForeignProject> {
  const config = paths.length === 1 ? await configIn(paths[0]!) : undefined;
  if (config) {
    const named = typeof config.description === "string" ? config.description : basename(paths[0]!);
    return checked(await promptfooProject(paths[0]!, config, nameOf(named)), paths);
  }
  const contents = [];
  for (const path of paths) contents.push(await readContent(path));
  if (contents.every((content) => openaiEvals.matches(content))) {
    const files = await openaiEvals.read(contents).catch(() => []);
    const project = openaiProject(contents, files, "");
    return checked({...project, name: nameOf(project.title || basename(paths[0]!))}, paths);
  }
  try {
    const files = await readResults(paths);
    const asked = [];
    for (const content of contents) asked.push((await askedIn(content)) ?? []);
    const project = await logProject(files, asked.flat(), "");
    return checked({...project, name: nameOf(project.title || basename(paths[0]!))}, paths);
  } finally {
    for (const content of contents) if (content.kind === "zip") content.zip.close();
  }
}

async function configIn(path: string) {
  if (!/\.(ya?ml|json)$/i.test(path)) return undefined;
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  if (/\.json$/i.test(path) && !text.includes('"prompts"')) return undefined;
  const value = parseYaml(path, text);
  if (isPromptfooConfig(value)) return value;
  if (/\.json$/i.test(path)) return undefined;
  throw new UserError(`${path} is no promptfoo configuration: it has no prompts and providers.`);
}

function checked(project: ForeignProject, paths: readonly string[]): ForeignProject {
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

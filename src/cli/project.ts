import {existsSync} from "node:fs";
import {readdir, readFile} from "node:fs/promises";
import {basename, dirname, join, resolve} from "node:path";
import {pathToFileURL} from "node:url";
import type {DatasetDefinition} from "../datasets/index.js";
import {definitionProblems, type EvalDefinition} from "../runner/define.js";
import {messageOf, openWorkspace, sha256, UserError, type Workspace} from "../store/index.js";

export interface NamedEval {
  name: string;
  /** Path from the project's folder, with forward slashes. */
  path: string;
  /** SHA-256 of the file's text. */
  sha256: string;
  definition: EvalDefinition;
}

/** The folder that holds data-loaders/ or evals/: this one or one above it; undefined outside a project. */
export function projectOf(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "data-loaders")) || existsSync(join(folder, "evals"))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** The project's folder, as `projectOf` finds it. Throws outside a project. */
export function findProject(from = process.env.ASSAY_PROJECT ?? process.cwd()): string {
  const project = projectOf(from);
  if (project !== undefined) return project;
  throw new UserError(
    `${from} is not in an Assay project: neither it nor a folder above it has data-loaders/ or evals/. Run \`assay init\` to start one.`
  );
}

export async function openProject(): Promise<Workspace> {
  return openWorkspace(findProject());
}

let registered = false;

/** Loaders and evals are TypeScript and run as they are. */
async function importTypeScript(file: string): Promise<{default?: unknown}> {
  if (!registered) {
    const {register} = await import("tsx/esm/api");
    register();
    registered = true;
  }
  return (await import(pathToFileURL(file).href)) as {default?: unknown};
}

async function loadFolder<T>(
  project: string,
  folder: string,
  ending: RegExp,
  what: string
): Promise<{file: string; value: T}[]> {
  const names = (await readdir(join(project, folder)).catch(() => [] as string[]))
    .filter((name) => ending.test(name))
    .sort();
  const found: {file: string; value: T}[] = [];
  const problems: string[] = [];
  for (const name of names) {
    const file = join(project, folder, name);
    try {
      const module = await importTypeScript(file);
      if (module.default === undefined || module.default === null || typeof module.default !== "object")
        problems.push(
          `${folder}/${name} has no default export. End it with \`export default ${what}({…})\`.`
        );
      else found.push({file, value: module.default as T});
    } catch (error) {
      problems.push(`${folder}/${name} could not be loaded: ${messageOf(error)}`);
    }
  }
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return found;
}

/** Every dataset of data-loaders/, by file name. */
export async function loadDatasets(project: string): Promise<DatasetDefinition[]> {
  const found = await loadFolder<DatasetDefinition>(project, "data-loaders", /^[^.].*\.ts$/, "defineDataset");
  const named = found.map(({file, value}) => ({...value, path: `data-loaders/${basename(file)}`}));
  const problems = named.flatMap(({path, name, source}: Partial<DatasetDefinition> & {path: string}) =>
    typeof name === "string" && typeof source?.kind === "string"
      ? []
      : [`${path}: a dataset needs a \`name\` and a \`source\` with its \`kind\`.`]
  );
  if (problems.length === 0) problems.push(...twins("datasets", named));
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  return found.map(({value}) => value);
}

/** What two files call by one name would be mixed up in the store. */
function twins(what: string, named: readonly {name: string; path: string}[]): string[] {
  return [...new Set(named.map(({name}) => name))].flatMap((name) => {
    const paths = named.filter((one) => one.name === name).map(({path}) => path);
    return paths.length > 1
      ? [`${paths.join(" and ")}: ${paths.length} ${what} are named "${name}". Rename all but one.`]
      : [];
  });
}

/** The evals named, or all of evals/ in the order of their files. */
export async function loadEvals(project: string, names: readonly string[] = []): Promise<NamedEval[]> {
  const files = await loadFolder<EvalDefinition>(project, "evals", /\.eval\.ts$/, "defineEval");
  const all: NamedEval[] = [];
  const problems: string[] = [];
  for (const {file, value} of files)
    all.push({
      name: value.name ?? basename(file).replace(/\.eval\.ts$/, ""),
      path: `evals/${basename(file)}`,
      sha256: sha256(await readFile(file, "utf8")),
      definition: value
    });
  for (const {path, definition} of all) {
    const wrong = definitionProblems(definition);
    if (wrong.length > 0) problems.push(`${path}: ${wrong.join("; ")}.`);
  }
  problems.push(...twins("evals", all));
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  if (names.length === 0) return all;
  const unknown = names.filter(
    (name) => !all.some((one) => one.name === name || one.path.endsWith(`/${basename(name)}`))
  );
  if (unknown.length > 0)
    throw new UserError(
      `no such eval: ${unknown.join(", ")}. There are ${all.map(({name}) => name).join(", ") || "none"}.`
    );
  return all.filter((one) =>
    names.some((name) => name === one.name || one.path.endsWith(`/${basename(name)}`))
  );
}

/** The dataset an eval names: its own definition, or the one of data-loaders/ with that name. */
export function datasetOf(
  definition: EvalDefinition,
  datasets: readonly DatasetDefinition[]
): DatasetDefinition {
  const {dataset} = definition;
  if (typeof dataset !== "string") return dataset;
  const found = datasets.find(({name}) => name === dataset);
  if (!found)
    throw new UserError(
      `no dataset ${JSON.stringify(dataset)}: data-loaders/ has ${datasets.map(({name}) => name).join(", ") || "none"}.`
    );
  return found;
}

import {readdir, readFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {assertDataset, type DatasetDefinition} from "../../data/datasets/index.js";
import type {NamedEval} from "../../evals/runner/index.js";
import type {EvalDefinition} from "../../evals/runner/define.js";
import {messageOf, UserError} from "../../base/validation/index.js";
import {projectOf, sha256} from "../../base/system/index.js";
import {openWorkspace, tellServerWaits, type Workspace} from "../../base/store/index.js";
import {note} from "../terminal/terminal.js";
import type {Broken} from "./broken.js";
import {assertLoads, importDefinition} from "./importDefinition.js";
import {unknownDataset} from "./unknownDataset.js";
import {assertEval} from "../../evals/runner/defineEval.js";

export type {NamedEval};

/** The project's folder, as `projectOf` finds it. Throws outside a project. */
export function findProject(from = process.env.ASSAY_PROJECT || workingFolder()): string {
  const project = projectOf(from);
  if (project !== undefined) {
    assertLoads(project);
    return project;
  }
  throw new UserError(
    `${from} is not in an Assay project: neither it nor a folder above it has data-loaders/ or evals/. Run \`assay init\` to start one.`
  );
}

function workingFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new UserError("the folder you are in does not exist any more. Go to another one and call again.", {
      cause
    });
  }
}

export async function openProject(): Promise<Workspace> {
  tellServerWaits((text) => note(`! ${text}`));
  return openWorkspace(findProject());
}

/** Loads every file of a folder; those that give nothing are named, and do not keep the others. */
export async function loadFolder<T>(
  project: string,
  folder: string,
  ending: RegExp,
  {what, check}: {what: string; check: (value: unknown) => void}
): Promise<{found: {file: string; path: string; value: T}[]; broken: Broken[]}> {
  const names = (await readdir(join(project, folder)).catch(() => [] as string[]))
    .filter((name) => ending.test(name))
    .sort();
  const found: {file: string; path: string; value: T}[] = [];
  const broken: Broken[] = [];
  for (const name of names) {
    const file = join(project, folder, name);
    const path = `${folder}/${name}`;
    try {
      const value = await importDefinition(project, file);
      if (value === undefined)
        throw new UserError(`it has no default export. End it with \`export default ${what}({…})\`.`);
      check(value);
      found.push({file, path, value: value as T});
    } catch (error) {
      broken.push({path, message: `${path}: ${messageOf(error)}`});
    }
  }
  return {found, broken};
}

/** Every dataset of data-loaders/, by file name, and the files that give none. */
export async function loadDatasets(
  project: string
): Promise<{datasets: DatasetDefinition[]; broken: Broken[]}> {
  const {found, broken} = await loadFolder<DatasetDefinition>(project, "data-loaders", /^[^.].*\.ts$/, {
    what: "defineDataset",
    check: assertDataset
  });
  const named = found.map(({path, value}) => ({path, name: value.name, value}));
  const twice = twins("datasets", named);
  return {
    datasets: named.filter(({path}) => !twice.some((one) => one.path === path)).map(({value}) => value),
    broken: [...broken, ...twice]
  };
}

/** What two files call by one name would be mixed up in the store: neither is taken. */
export function twins(
  what: string,
  named: readonly {name: string; path: string}[]
): (Broken & {name: string})[] {
  return named.flatMap(({name, path}) => {
    const same = named.filter((one) => one.name === name);
    if (same.length === 1) return [];
    const others = same.filter((one) => one.path !== path).map((one) => one.path);
    return [
      {
        name,
        path,
        message: `${path} and ${others.join(", ")}: ${same.length} ${what} are named "${name}". Rename all but one.`
      }
    ];
  });
}

/**
 * The evals named, or all of evals/, and the files among them that give none; those that state an order first, then by file
 * name. Throws UserError for a name that is no eval's.
 */
export async function loadEvals(
  project: string,
  names: readonly string[] = []
): Promise<{evals: NamedEval[]; broken: Broken[]}> {
  const {found, broken} = await loadFolder<EvalDefinition>(project, "evals", /\.eval\.ts$/, {
    what: "defineEval",
    check: (value) => assertEval("eval", value)
  });
  const all: NamedEval[] = [];
  for (const {file, path, value} of found)
    all.push({
      name: value.name ?? basename(file).replace(/\.eval\.ts$/, ""),
      path,
      sha256: sha256(await readFile(file, "utf8")),
      definition: value
    });
  const orderOf = ({definition: {order = Infinity}}: NamedEval) => order;
  all.sort((a, b) => (orderOf(a) === orderOf(b) ? 0 : orderOf(a) - orderOf(b)));
  const twice = twins("evals", all);
  const sound = all.filter(({path}) => !twice.some((one) => one.path === path));
  if (names.length === 0) return {evals: sound, broken: [...broken, ...twice]};
  const isMeant = (name: string, {path, name: own}: {path: string; name?: string}) =>
    name === own || path.endsWith(`/${basename(name)}`) || path.endsWith(`/${basename(name)}.eval.ts`);
  const unsound = [...broken, ...twice];
  const unknown = names.filter((name) => ![...sound, ...unsound].some((one) => isMeant(name, one)));
  if (unknown.length > 0)
    throw new UserError(
      `no such eval: ${unknown.join(", ")}. There are ${sound.map(({name}) => name).join(", ") || "none"}.${unsound.length > 0 ? ` Or it is in a file that cannot be loaded:\n${unsound.map(({message}) => message).join("\n")}` : ""}`
    );
  return {
    evals: sound.filter((one) => names.some((name) => isMeant(name, one))),
    broken: unsound.filter((one) => names.some((name) => isMeant(name, one)))
  };
}

/** The dataset an eval names: its own definition, or the one of data-loaders/ with that name. */
export function datasetOf(
  definition: Pick<EvalDefinition, "dataset">,
  datasets: readonly DatasetDefinition[]
): DatasetDefinition {
  const {dataset} = definition;
  if (typeof dataset !== "string") return dataset;
  const found = datasets.find(({name}) => name === dataset);
  if (found) return found;
  throw unknownDataset(
    dataset,
    datasets.map(({name}) => name),
    "data-loaders/ has"
  );
}

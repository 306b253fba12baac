import {readFile} from "node:fs/promises";
import {basename, dirname, resolve} from "node:path";
import {readResults} from "../../evals/importedResults/index.js";
import {type ForeignProject, projectFiles, readProject} from "../../evals/importedResults/projects/index.js";
import {nameOf} from "../evals/verdict/importResults.js";

const SHOWN = 20;

const RESULTS = "data/results";

/** The files of a project that stands for another tool's, and what to say of it. */
export async function foreignFiles(
  from: readonly string[],
  sensitivity?: ForeignProject["sensitivity"]
): Promise<{files: {path: string; text: string | Uint8Array}[]; said: string[]; firstSteps: string}> {
  const paths = from.map((path) => resolve(path));
  const project = {...(await readProject(paths, nameOf)), sensitivity};
  const copies = project.scored ? await copiesOf(paths) : [];
  const files = [
    ...projectFiles(
      project,
      copies.flatMap(({source}) => source ?? [])
    ),
    ...copies
  ];
  const {rows, candidates, dropped, name} = project;
  const left = dropped.slice(0, SHOWN).map((line) => `  - ${line}`);
  const more =
    dropped.length > SHOWN ? [`  - and ${dropped.length - SHOWN} more: data/${name}-left-out.md`] : [];
  return {
    files,
    firstSteps: firstStepsOf(project),
    said: [
      `From ${project.tool}: ${rows.length} rows, ${candidates.length} candidates, evals/${name}.eval.ts.`,
      ...(sensitivity === undefined &&
      !project.outputs &&
      candidates.some(({reach}) => reach?.hosting === "api")
        ? [
            `Its rows count as internal, so no outside provider is asked: state \`sensitivity\` in data-loaders/${name}.ts, or --sensitivity public.`
          ]
        : []),
      ...(left.length > 0 ? ["Not taken over:", ...left, ...more] : [])
    ]
  };
}

/** What the project's README says of its own loader and eval. */
function firstStepsOf({name, tool, dropped}: ForeignProject): string {
  const left = dropped.length > 0 ? ` What was not taken over stands in \`data/${name}-left-out.md\`.` : "";
  return `Rows, candidates and scorers were taken from ${tool}.${left} Then, one step at a time:

1. \`data-loaders/${name}.ts\` says where the rows come from. State their \`sensitivity\` there (\`public\`, \`internal\` or
   \`personal\`) and their \`licence\`, and run \`npx assay pull\`.
2. \`evals/${name}.eval.ts\` says which candidates are compared and by which scorer. \`npx assay run --dry-run\` says what it
   would cost, \`npx assay doctor\` what is missing, \`npx assay run\` gives the verdict.
`;
}

interface Copy {
  path: string;
  text: Uint8Array;
  /** How an eval names it; absent of a file that is only read beside another. */
  source?: string;
}

/**
 * The export's own files, and how an eval names each: with its candidate's name where it holds one. Files of several folders
 * keep folders of their own: they may have one name, and mean another run.
 */
async function copiesOf(paths: readonly string[]): Promise<Copy[]> {
  const read = await readResults(paths);
  const folders = foldersOf(paths);
  const copies = new Map<string, Copy>();
  for (const path of paths) {
    const file = read.find((one) => one.path === path);
    const [only, ...others] = new Set(file?.answers.map(({candidate}) => candidate) ?? []);
    const folder = folders.get(dirname(path))!;
    const copy = `${folder}/${basename(path)}`;
    const named = only !== undefined && others.length === 0 && /^[^=]{1,200}$/.test(only);
    copies.set(copy, {
      path: copy,
      text: new Uint8Array(await readFile(path)),
      source: named ? `${only}=${copy}` : copy
    });
    if (file?.beside === undefined) continue;
    const beside = `${folder}/${basename(file.beside)}`;
    copies.set(beside, {path: beside, text: new Uint8Array(await readFile(file.beside))});
  }
  return [...copies.values()];
}

/** Where files of each folder are copied to. */
function foldersOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const folders = new Set(paths.map((path) => dirname(path)));
  for (const folder of folders) {
    const own = folders.size === 1 ? RESULTS : `${RESULTS}/${basename(folder) || "root"}`;
    const taken = new Set(found.values());
    let name = own;
    for (let n = 2; taken.has(name); n++) name = `${own}-${n}`;
    found.set(folder, name);
  }
  return found;
}

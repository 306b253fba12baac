import {readFile} from "node:fs/promises";
import {basename, resolve} from "node:path";
import {readResults} from "../imports/index.js";
import {type ForeignProject, projectFiles, readProject} from "../imports/projects/index.js";
import {nameOf} from "./importResults.js";

const SHOWN = 20;

/** The files of a project that stands for another tool's, and what to say of it. */
export async function foreignFiles(
  from: readonly string[],
  sensitivity?: ForeignProject["sensitivity"]
): Promise<{files: {path: string; text: string | Uint8Array}[]; said: string[]}> {
  const paths = from.map((path) => resolve(path));
  const project = {...(await readProject(paths, nameOf)), sensitivity};
  const copies = project.scored ? await copiesOf(paths) : [];
  const files = [
    ...projectFiles(
      project,
      copies.map(({source}) => source)
    ),
    ...copies
  ];
  const {rows, candidates, dropped, name} = project;
  const left = dropped.slice(0, SHOWN).map((line) => `  - ${line}`);
  const more =
    dropped.length > SHOWN ? [`  - and ${dropped.length - SHOWN} more: data/${name}-left-out.md`] : [];
  return {
    files,
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

/** The export's own files, and how an eval names each: with its candidate's name where it holds one. */
async function copiesOf(paths: readonly string[]) {
  const read = await readResults(paths);
  const taken = new Set<string>();
  const copies = [];
  for (const path of paths) {
    const names = new Set(
      read.find((file) => file.path === path)?.answers.map(({candidate}) => candidate) ?? []
    );
    let own = basename(path);
    for (let n = 2; taken.has(own); n++) own = `${n}-${basename(path)}`;
    taken.add(own);
    const copy = `data/results/${own}`;
    const [only] = names;
    copies.push({
      path: copy,
      text: new Uint8Array(await readFile(path)),
      source: names.size === 1 && paths.length > 1 ? `${only}=${copy}` : copy
    });
  }
  return copies;
}

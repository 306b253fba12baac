import {existsSync} from "node:fs";
import {readFile} from "node:fs/promises";
import {join, relative} from "node:path";
import {baselineRun, decidingRuns, listRaces} from "../../../evals/races/index.js";
import {readExports, referrersOf, type RunManifest, type Store} from "../../../base/store/index.js";
import type {Broken} from "../../project/broken.js";
import type {NamedEval} from "../../project/project.js";

/** The project's evals; a file that cannot be loaded is read as text. */
export interface ProjectEvals {
  evals: readonly NamedEval[];
  broken: readonly Broken[];
}

/** What rests on a run, one short statement each; none when it can go. */
export async function runReferences(
  store: Store,
  id: string,
  {evals, broken}: ProjectEvals
): Promise<string[]> {
  const {workspace} = store;
  // All copies are notes in one record.
  const records = (await referrersOf(workspace, id)).filter(({kind}) => kind !== "export");
  const copies = (await readExports(workspace)).filter(({run, path}) => run === id && existsSync(path));
  const files: string[] = [];
  for (const path of [...evals, ...broken].map((one) => one.path)) {
    const text = await readFile(join(workspace.project, path), "utf8").catch(() => "");
    if (text.includes(id)) files.push(`${path} names it`);
    else if (broken.some((one) => one.path === path) && text.includes("baselineRun"))
      files.push(`${path} cannot be loaded, and its gate may compare with it`);
  }
  return [
    ...records.map(({kind, id: other}) => `${kind} ${other}`),
    ...copies.map(({path}) => `export ${relative(workspace.project, path)}`),
    ...files,
    ...(await gates(store, id, evals))
  ];
}

/** Gates that are decided by a run, or compare with it. */
async function gates(store: Store, id: string, evals: readonly NamedEval[]): Promise<string[]> {
  const deciding = decidingRuns(await store.runs(), await listRaces(store.workspace));
  const found: string[] = [];
  for (const {name, definition} of evals) {
    const rules = definition.gate ?? [];
    for (const {run} of rules.length > 0 ? deciding.filter((one) => one.run.eval === name) : []) {
      if (run.id === id) found.push(`the gate of ${name} is decided by it`);
      const named = rules.flatMap((rule) => rule.baselineRun ?? []);
      const compared = await Promise.all(named.map((wanted) => baselineRun(store, run, wanted)));
      if (compared.some((baseline) => baseline?.id === id))
        found.push(`the gate of ${name} compares with it`);
    }
  }
  return found;
}

/** A race's runs are archived together: those of all races that have one of `ids`, and `ids` themselves. */
export async function withRaces(store: Store, ids: readonly string[]): Promise<Set<string>> {
  const all = new Set(ids);
  const races = await listRaces(store.workspace);
  const known = new Set((await store.runs({archived: true})).map((run: RunManifest) => run.id));
  for (const {rounds} of races) {
    const own = rounds.flatMap(({run}) => (run !== undefined && known.has(run) ? [run] : []));
    if (own.some((run) => ids.includes(run))) for (const run of own) all.add(run);
  }
  return all;
}

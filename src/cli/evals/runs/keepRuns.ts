import {unsealedRuns} from "../../../evals/runner/index.js";
import {UsageError, UserError} from "../../../base/validation/index.js";
import {openStore, removeRun, setArchived, type Store, runOfId} from "../../../base/store/index.js";
import {findProject, loadEvals, openProject} from "../../project/project.js";
import {runReferences, withRaces} from "./runReferences.js";
import {print, printJson} from "../../terminal/terminal.js";

export interface KeepRunsOptions {
  delete?: string[];
  archive?: string[];
  unarchive?: string[];
  json?: boolean;
}

/** Deletes runs, archives them or takes them out of the archive: all that are named, or none. */
export async function keepRunsVerb(
  {json = false, delete: gone, archive, unarchive}: KeepRunsOptions,
  shown?: string
): Promise<void> {
  if (shown !== undefined)
    throw new UsageError(
      `${shown} is to be shown, and others are to be changed: name runs once, after the option.`
    );
  if ([gone, archive, unarchive].filter(Boolean).length > 1)
    throw new UsageError("--delete, --archive and --unarchive cannot be combined: name one.");
  const store = await openStore(await openProject());
  try {
    const done = gone
      ? {deleted: await deleteRuns(store, gone)}
      : archive
        ? {archived: await archiveRuns(store, archive, true)}
        : {unarchived: await archiveRuns(store, unarchive!, false)};
    if (json) return printJson(done);
    for (const [what, ids] of Object.entries(done) as [string, string[]][])
      for (const id of ids) print(`${what} ${id}`);
  } finally {
    store.close();
  }
}

/**
 * Deletes runs with all they hold; ids or beginnings of them, runs that were never sealed too. Gives the ids. Throws
 * UserError, and deletes none, when something rests on one of them or it is under way.
 */
export async function deleteRuns(store: Store, names: readonly string[]): Promise<string[]> {
  const {workspace} = store;
  const runs: {id: string}[] = [
    ...(await store.runs({archived: true})),
    ...(await unsealedRuns(workspace)).map(({id}) => ({id}))
  ];
  const known = [...new Map(runs.map((run) => [run.id, run])).values()];
  const ids = [...new Set(names.map((name) => runOfId(known, name).id))];
  const project = await loadEvals(findProject(workspace.project), []);
  const kept: string[] = [];
  for (const id of ids) {
    const reasons = await runReferences(store, id, project);
    if (reasons.length > 0) kept.push(`  - ${id}: ${reasons.join("; ")}`);
  }
  const busy = await workspace.held("using-");
  if (busy.length > 0)
    throw new UserError(
      `${busy.join("; ")}: it may reuse answers of these runs. Delete them when it has ended. No run was deleted.`
    );
  if (kept.length > 0)
    throw new UserError(
      `no run was deleted, because something rests on ${kept.length === 1 ? "this one" : "these"}:\n${kept.join("\n")}\n\`assay runs --archive\` takes a run out of pages and verdicts and keeps it.`
    );
  for (const id of ids)
    await workspace.lease(`run-${id}`, {what: `deleting the run ${id}`}, () => removeRun(workspace, id));
  store.refresh();
  return ids;
}

/** Puts sealed runs into the archive or takes them out, a race's runs together. Gives the ids of those that changed. */
export async function archiveRuns(
  store: Store,
  names: readonly string[],
  archived: boolean
): Promise<string[]> {
  const {workspace} = store;
  const runs = await store.runs({archived: true});
  const named = names.map((name) => runOfId(runs, name).id);
  const wanted = await withRaces(store, named);
  const changed = runs.filter((run) => wanted.has(run.id) && (run.archived !== undefined) !== archived);
  const at = archived ? new Date().toISOString() : undefined;
  for (const {id} of changed)
    await workspace.lease(`run-${id}`, {what: `archiving the run ${id}`}, () =>
      setArchived(workspace, id, at)
    );
  store.refresh();
  return changed.map(({id}) => id);
}

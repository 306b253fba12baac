import {type DecidingRun, decidingRuns, listRaces} from "../races/index.js";
import {type Store, UserError} from "../store/index.js";

/** The run of an id, or the deciding run of an eval; of everything when only one eval has runs. */
export async function chosenRun(store: Store, name: string | undefined): Promise<DecidingRun> {
  const byId = (await store.runs({archived: true})).find(({id}) => id === name);
  if (byId) return {run: byId};
  const deciding = decidingRuns(await store.runs(), await listRaces(store.workspace));
  const found = deciding.filter(({run}) => name === undefined || run.eval === name);
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new UserError(
      name === undefined
        ? "the store has no run. Name result files with --from, or run an eval."
        : `the store has no run or eval ${name}. \`assay runs\` lists them.`
    );
  throw new UserError(
    `there are several verdicts: ${found.map(({run}) => `${run.eval} on split ${run.split.name} (${run.id})`).join("; ")}. Name a run.`
  );
}

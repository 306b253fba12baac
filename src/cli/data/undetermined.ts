import type {DatasetDefinition, TextFilter} from "../../data/datasets/index.js";
import {UserError} from "../../base/validation/index.js";
import {sqlName, type Store} from "../../base/store/index.js";
import {findProject, loadDatasets} from "../project/project.js";

type UndecidedRow = Record<string, unknown>;

/**
 * Rows that a dataset's filter kept because it could not tell, found by asking it again about the texts as they are stored; at
 * most `limit`, in the order of the query.
 */
export async function undeterminedRows(
  store: Store,
  {name, filter, query, limit}: {name: string; filter: string; query: string; limit: number}
): Promise<UndecidedRow[]> {
  const {datasets} = await loadDatasets(findProject(store.workspace.project));
  const {asks, text} = filterOf(
    name,
    filter,
    datasets.find((one) => one.name === name)
  );
  await asks.ready?.();
  const found: UndecidedRow[] = [];
  for await (const batch of store.batches<UndecidedRow & {assay_text: unknown}>(
    `select ${sqlName(text)}::varchar as assay_text, * from (${query})`
  ))
    for (const {assay_text: content, ...row} of batch) {
      if (typeof content !== "string" || !asks.undetermined!(content)) continue;
      found.push(row);
      if (found.length === limit) return found;
    }
  return found;
}

function filterOf(
  name: string,
  wanted: string,
  dataset: DatasetDefinition | undefined
): {asks: TextFilter; text: string} {
  const able = Object.entries(dataset?.filters ?? {}).flatMap(([one, filter]) =>
    typeof filter !== "string" && filter.undetermined ? [{one, filter}] : []
  );
  const found = able.find(({one}) => one === wanted);
  if (found && dataset?.text !== undefined) return {asks: found.filter, text: dataset.text};
  throw new UserError(
    dataset === undefined
      ? `data-loaders/ has no dataset ${name}: what its filters could not tell is asked of its definition.`
      : `${name} has no filter ${JSON.stringify(wanted)} that may be unsure. Those that may: ${able.map(({one}) => one).join(", ") || "none"}.`
  );
}

import {type RunManifest, runTable, sqlString} from "../../base/store/index.js";
import {askedModel} from "./answerLengths.js";
import {withAllColumns} from "./journal/tables.js";
import type {RowStorage} from "./plan/rows.js";

/**
 * Prompt tokens that servers counted for each token that `estimateTokens` counts, by `askedModel`: from the newest sealed
 * run of the eval with answers of that model. Where servers count nothing there is no figure.
 */
export async function promptLengths(
  {db, workspace}: RowStorage,
  runs: readonly RunManifest[],
  evalName: string
): Promise<Map<string, number>> {
  const newest = new Map<string, {id: string; candidate: string}>();
  const own = runs.filter((run) => run.eval === evalName && run.counts.completed > 0);
  for (const {id, candidates} of own.sort((a, b) => a.startedAt.localeCompare(b.startedAt)))
    for (const {name, endpoint, model} of candidates)
      newest.set(askedModel({name: endpoint}, model), {id, candidate: name});
  const ids = [...new Set([...newest.values()].map(({id}) => id))];
  const completions = await runTable(workspace, ids, "completions");
  const prompts = await runTable(workspace, ids, "prompts");
  if (!completions || !prompts) return new Map();
  const asked = [...newest].map(
    ([key, {id, candidate}]) => `(${[id, candidate, key].map(sqlString).join(", ")})`
  );
  const rows = await db.rows<{asked: string; ratio: number}>(
    `select asked, (sum(prompt_tokens) / sum(ceil(length(messages) / 4)))::double as ratio
     from ${withAllColumns(completions)}
     join (values ${asked.join(", ")}) of_run(run, candidate, asked) using (run, candidate)
     join (select run, row_id, variant, messages from ${prompts}) p using (run, row_id, variant)
     where status = 'completed' and prompt_tokens is not null and tokens_estimated_by is null and messages is not null
     group by asked having sum(length(messages)) > 0`
  );
  return new Map(rows.map(({asked: key, ratio}) => [key, ratio]));
}

import {type RunManifest, runTable, sqlString} from "../../base/store/index.js";
import {withAllColumns} from "./journal/tables.js";
import type {RowStorage} from "./plan/rows.js";

/** What answers are known by: the endpoint that was asked, and the model as it was asked for. Servers answer under other names. */
export const askedModel = (endpoint: {name: string}, model: string) => JSON.stringify([endpoint.name, model]);

/** Mean completion tokens of the answers in sealed runs, by `askedModel`. */
export async function answerLengths(
  {db, workspace}: RowStorage,
  runs: readonly RunManifest[]
): Promise<Map<string, number>> {
  const completions = await runTable(
    workspace,
    runs.map(({id}) => id),
    "completions"
  );
  const asked = runs.flatMap(({id, candidates}) =>
    candidates.map(
      ({name, endpoint, model}) =>
        `(${[id, name, askedModel({name: endpoint}, model)].map(sqlString).join(", ")})`
    )
  );
  if (!completions || asked.length === 0) return new Map();
  const rows = await db.rows<{asked: string; tokens: number}>(
    `select asked, avg(completion_tokens)::double as tokens from ${withAllColumns(completions)}
     join (values ${asked.join(", ")}) of_run(run, candidate, asked) using (run, candidate)
     where status = 'completed' and completion_tokens is not null group by asked`
  );
  return new Map(rows.map(({asked: key, tokens}) => [key, tokens]));
}

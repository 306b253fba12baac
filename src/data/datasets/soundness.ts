import {messageOf, UserError} from "../../base/validation/index.js";
import {type Database, plainSql} from "../../base/store/index.js";
import {timeProblem} from "./moments.js";
import type {DatasetDefinition} from "./define.js";

/** Ids are present and unique and all checks hold; every problem is named at once. */
export async function assertSound(
  db: Database,
  definition: DatasetDefinition,
  rows: string,
  distinctIds: boolean
): Promise<void> {
  const problems: string[] = [];
  const missing = await db.row<{n: number}>(
    `select count(*)::int as n from ${rows} where row_id is null or row_id = ''`
  );
  if (missing?.n) problems.push(`${missing.n} rows have no id (column "${definition.id}")`);
  const nul = await db.row<{n: number}>(
    `select count(*)::int as n from ${rows} where contains(row_id, chr(0))`
  );
  if (nul?.n) problems.push(`${nul.n} rows have an id with a NUL character (column "${definition.id}")`);
  if (!distinctIds) {
    const twice = await db.rows<{row_id: string; n: number}>(
      `select row_id, count(*)::int as n from ${rows} where row_id <> '' group by row_id having count(*) > 1 order by row_id limit 6`
    );
    if (twice.length > 0)
      problems.push(
        `ids are not unique: ${twice
          .slice(0, 5)
          .map(({row_id, n}) => `${JSON.stringify(row_id)} ${n} times`)
          .join(", ")}${twice.length > 5 ? ", …" : ""}`
      );
  }
  const untimed = definition.time && (await timeProblem(db, definition.time, rows));
  if (untimed) problems.push(untimed);
  for (const [name, condition] of Object.entries(definition.checks ?? {}))
    problems.push(...(await brokenCheck(db, rows, name, condition)));
  if (problems.length > 0)
    throw new UserError(`dataset ${definition.name}: ${problems.join("; ")}. No version was made.`);
}

async function brokenCheck(db: Database, rows: string, name: string, condition: string): Promise<string[]> {
  try {
    const broken = await db.rows<{row_id: string; n: number}>(
      `select row_id, count(*) over ()::int as n from ${rows} where not coalesce((\n${condition}\n), false) order by row_id limit 3`
    );
    if (!broken[0]) return [];
    return [
      `check "${name}" fails for ${broken[0].n} ${broken[0].n === 1 ? "row" : "rows"}, among them ${broken.map(({row_id}) => JSON.stringify(row_id)).join(", ")}`
    ];
  } catch (cause) {
    return [`check "${name}" cannot be worked out: ${wrongWith(cause)}`];
  }
}

/** A value that cannot be converted is a row's, and may be personal. */
function wrongWith(cause: unknown): string {
  const message = messageOf(cause);
  return /^(?:Error: )?(?:Binder|Parser|Catalog) Error/.test(message)
    ? plainSql(message)
    : `${message.split(":")[0]!}. Use try_cast(… as …) where values vary`;
}

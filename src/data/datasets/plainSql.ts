import {assertOneStatement, openDatabase, userCondition} from "../../base/store/index.js";
import type {DatasetDefinition} from "./define.js";

/**
 * Throws UserError unless a definition's `sql` is one query and its conditions are each one expression over the columns:
 * none of them may run a second statement. `sql` may read other files, as its module may.
 */
export async function assertPlainSql(definition: DatasetDefinition): Promise<void> {
  const {name, sql, filters = {}, checks = {}, earlier = []} = definition;
  const conditions = [
    ...Object.entries(filters).flatMap(([filter, condition]) =>
      typeof condition === "string" ? [{what: `filter "${filter}"`, condition}] : []
    ),
    ...Object.entries(checks).map(([check, condition]) => ({what: `check "${check}"`, condition})),
    ...earlier.map((condition, i) => ({what: `\`earlier\` ${i + 1}`, condition}))
  ];
  if (sql === undefined && conditions.length === 0) return;
  const db = await openDatabase();
  try {
    if (sql !== undefined)
      await assertOneStatement(db, "with source as (select 1)", sql, `dataset ${name}: \`sql\``);
    for (const {what, condition} of conditions)
      await userCondition(db, condition, {what: `dataset ${name}: ${what}`});
  } finally {
    db.close();
  }
}

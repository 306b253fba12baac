import {UserError} from "../../../base/validation/index.js";
import {openParts, readRun, sqlString} from "../../../base/store/index.js";
import type {TrainingSource} from "./exportedExamples.js";

const NAMED = 5;

/**
 * Throws UserError when the prompts of a run quote rows, as few-shot examples, that no training set may hold: another split
 * holds them out by now, they were erased, or they have unresolved findings.
 * @param refused rows with unresolved findings, and the rules that say so
 */
export async function assertQuotable(
  {store, split, options}: TrainingSource,
  refused: ReadonlyMap<string, readonly string[]>
): Promise<void> {
  const {fewShot = []} = (await readRun(store.workspace, options.fromRun!)) ?? {};
  if (fewShot.length === 0) return;
  const found = await store.rows<{row_id: string}>(
    `select row_id from (${await openParts(store.workspace, split)})
     where part <> 'held-out' and row_id in (${fewShot.map(sqlString).join(", ")})`
  );
  const open = new Set(found.map(({row_id}) => row_id));
  // Ids of closed rows are told nobody.
  const closed = fewShot.filter((id) => !open.has(id)).length;
  const unresolved = fewShot.filter((id) => open.has(id) && refused.has(id));
  if (closed + unresolved.length === 0) return;
  const reasons = unresolved.slice(0, NAMED).map((id) => `${id} (${refused.get(id)!.join(", ")})`);
  if (unresolved.length > NAMED) reasons.push(`${unresolved.length - NAMED} more with unresolved findings`);
  if (closed > 0) reasons.unshift(`${closed} held out by another split or erased since`);
  throw new UserError(
    `run ${options.fromRun}: its prompts quote ${fewShot.length} rows as few-shot examples, of which no training set may hold ${closed + unresolved.length}: ${reasons.join(", ")}. Run the eval again, so that it draws others, or accept findings with a reason (\`assay pii\`). Nothing was written.`
  );
}

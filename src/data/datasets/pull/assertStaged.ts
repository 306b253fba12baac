import {join} from "node:path";
import {parquetFile} from "../../../base/store/index.js";
import {REJECTED_FILE} from "../filters/index.js";
import {holdOutEdited} from "../heldOutEdited.js";
import {heldOutElsewhere} from "../heldOutElsewhere.js";
import {assertHeldOutKnown} from "../heldOutKnown.js";
import {idsDiffer} from "../identity.js";
import {sameRules} from "../redactionRules.js";
import {assertSound} from "../soundness.js";
import type {BegunPull} from "./options.js";
import type {StagedRows} from "./stagedRows.js";

/** Throws UserError where rows are not what their definition says, or rows that are held out could not be told among them. */
export async function assertStaged(
  begun: BegunPull,
  {latest, rulesBefore, rows, filtered}: StagedRows
): Promise<void> {
  const {db, workspace, definition, options, stage} = begun;
  await assertSound(db, definition, rows, await idsDiffer(db, rows));
  if (latest) {
    const found = filtered ? [rows, parquetFile(join(stage.folder, REJECTED_FILE))] : [rows];
    const otherRules = !sameRules(rulesBefore, options.redactor?.rules ?? null);
    await assertHeldOutKnown(db, workspace, definition, {before: latest.version, otherRules}, found);
    const replaced = await heldOutAgain(begun, latest.version, found);
    if (replaced !== undefined) options.onProgress?.(replaced);
  }
  const elsewhere = await heldOutElsewhere(db, workspace, definition, rows);
  if (elsewhere !== undefined) options.onProgress?.(elsewhere);
}

/** What is said of held-out rows that were edited in a source without ids. */
async function heldOutAgain(
  {db, workspace, definition: {name, id, text, append = false}}: BegunPull,
  before: string,
  relations: readonly string[]
): Promise<string | undefined> {
  if (id !== undefined) return undefined;
  const edited = await holdOutEdited(db, workspace, {dataset: name, text, before, append}, relations);
  if (edited === 0) return undefined;
  return append
    ? `${edited} new rows read more like held-out rows than like open ones: they may be edited copies of them, and are held out too`
    : `held-out rows are gone from the source, and ${edited} new rows read much like them: these are held out in their places`;
}

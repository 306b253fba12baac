import {open} from "node:fs/promises";
import {join} from "node:path";
import {PROMPTS} from "../../store/index.js";
import {jsonOf, type Plan, withoutRun} from "../plan/plan.js";
import {type Place, readRows} from "../plan/rows.js";
import {packed} from "../tables/logs.js";

/**
 * The messages of every row and variant as they are put to the candidates, as a relation with the columns of PROMPTS but
 * `run`, in order. A row whose prompt function gave none has null.
 */
export async function renderedPrompts(
  {db}: Place,
  {rowsOf, variants}: Plan,
  folder: string
): Promise<string> {
  const file = join(folder, "prompts.ndjson");
  const lines = await open(file, "w");
  try {
    for await (const batch of readRows(db, rowsOf)) {
      let text = "";
      for (const {rowId, row} of batch)
        for (const variant of variants)
          text += `${JSON.stringify({row_id: rowId, variant: variant.name, messages: jsonOf(variant.render(row)) ?? null})}\n`;
      await lines.writeFile(text);
    }
  } finally {
    await lines.close();
  }
  return packed(db, file, withoutRun(PROMPTS));
}

import type {Message} from "../../inference/endpoints/index.js";
import {UserError} from "../../base/validation/index.js";
import {type RunManifest, type Store, findRun} from "../../base/store/index.js";
import {messagesText, toolsText} from "../terminal/promptText.js";
import {bold, dim, print, printable, printAsIs, printJson} from "../terminal/terminal.js";

/**
 * Prints the messages that a run put to its candidates about one row, for each prompt of the eval. The run is the newest
 * of the eval `name`, or the one whose id begins with it.
 */
export async function showPrompt(store: Store, name: string, row: string, json = false): Promise<void> {
  const run = findRun(await store.runs({archived: true}), name);
  const found = await store.rows<{variant: string; messages: string | null}>(
    "select variant, messages from prompts where run = $run and row_id = $row",
    {run: run.id, row}
  );
  if (found.length === 0)
    throw new UserError(
      `run ${run.id} has no prompt of a row ${JSON.stringify(row)}: it was not among the run's rows, or the run was made before prompts were kept. \`assay run ${run.eval}\` keeps them.`
    );
  const prompts = found.map(({variant, messages}) => ({
    variant,
    messages: messages === null ? null : (JSON.parse(messages) as Message[])
  }));
  const tools = run.candidates.flatMap(({name: candidate, tools: own}) =>
    own ? [{candidate, tools: own}] : []
  );
  if (json) return printJson({run: run.id, row, prompts, tools});
  print(dim(`run ${run.id}, row ${printable(row)}`));
  for (const {variant, messages} of prompts) {
    if (prompts.length > 1) print(bold(printable(variant)));
    if (messages === null) print(dim(whyNone(run)));
    else printAsIs(messagesText(messages));
  }
  for (const {candidate, tools: own} of tools) printAsIs(toolsText(candidate, own));
}

function whyNone({split, imported}: RunManifest): string {
  if (split.part === "held-out") return "The prompts of held-out rows are not shown.";
  return imported
    ? "There is no prompt: the imported file does not say what was asked, or the row was erased."
    : "There is no prompt: the eval's prompt function gave none, or the row was erased.";
}

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
  const found = await promptsOf(store, run, row);
  const prompts = found.map(({variant, messages}) => ({
    variant,
    messages: messages === null ? null : (JSON.parse(messages) as Message[])
  }));
  const tools = run.candidates.flatMap(({name: candidate, tools: own}) =>
    own ? [{candidate, tools: own}] : []
  );
  const id = found[0]!.row_id;
  if (json) return printJson({run: run.id, row: id, prompts, tools});
  print(dim(`run ${run.id}, row ${printable(id)}`));
  for (const {variant, messages} of prompts) {
    if (prompts.length > 1) print(bold(printable(variant)));
    if (messages === null) print(dim(whyNone(run)));
    else printAsIs(messagesText(messages));
  }
  for (const {candidate, tools: own} of tools) printAsIs(toolsText(candidate, own));
}

interface KeptPrompt {
  row_id: string;
  variant: string;
  messages: string | null;
}

/** Of the row with this id, or of the one whose id begins so: a terminal shows no more of a long one. */
async function promptsOf(store: Store, run: RunManifest, row: string): Promise<KeptPrompt[]> {
  const found = await store.rows<KeptPrompt>(
    "select row_id, variant, messages from prompts where run = $run and starts_with(row_id, $row)",
    {run: run.id, row}
  );
  const exact = found.filter(({row_id: id}) => id === row);
  if (exact.length > 0) return exact;
  const ids = new Set(found.map(({row_id: id}) => id));
  if (row !== "" && ids.size === 1) return found;
  throw new UserError(
    ids.size > 1
      ? `${ids.size} rows of run ${run.id} have an id that begins with ${JSON.stringify(row)}. Give more of it.`
      : `run ${run.id} has no prompt of a row ${JSON.stringify(row)}: it was not among the run's rows, or the run was made before prompts were kept. \`assay run ${run.eval}\` keeps them.`
  );
}

function whyNone({split, imported}: RunManifest): string {
  if (split.part === "held-out") return "The prompts of held-out rows are not shown.";
  return imported
    ? "There is no prompt: the imported file does not say what was asked, or the row was erased."
    : "There is no prompt: the eval's prompt function gave none, or the row was erased.";
}

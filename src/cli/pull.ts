import {pull, type PullResult} from "../datasets/index.js";
import {UserError} from "../store/index.js";
import {pullRedactors} from "./pullRedactors.js";
import {findProject, loadDatasets, openProject} from "./project.js";
import {note, print, printJson, table} from "./terminal.js";

export async function pullVerb(names: string[], options: {json?: boolean; skipBad?: boolean}): Promise<void> {
  const workspace = await openProject();
  const datasets = await loadDatasets(findProject());
  const unknown = names.filter((name) => !datasets.some((dataset) => dataset.name === name));
  if (unknown.length > 0)
    throw new UserError(
      `no such dataset: ${unknown.join(", ")}. data-loaders/ has ${datasets.map(({name}) => name).join(", ") || "none"}.`
    );
  const wanted = datasets.filter(({name}) => names.length === 0 || names.includes(name));
  const redactors = pullRedactors(wanted);
  const results: PullResult[] = [];
  const failures: UserError[] = [];
  for (const dataset of wanted)
    try {
      results.push(
        await pull(workspace, dataset, {
          skipBad: options.skipBad,
          redactor: redactors.get(dataset.name),
          onProgress: (message) => note(`${dataset.name}: ${message}`)
        })
      );
    } catch (error) {
      // One broken source does not keep the others from being read.
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  if (options.json) printJson(results);
  else printResults(results);
  if (failures.length > 0) throw new UserError(failures.map(({message}) => message).join("\nassay: "));
}

function printResults(results: readonly PullResult[]): void {
  for (const {version, skipped = []} of results) {
    for (const {file, line, reason} of skipped.slice(0, 20))
      note(`${version.dataset}: left out ${file} line ${line}: ${reason}`);
    if (skipped.length > 20) note(`${version.dataset}: and ${skipped.length - 20} more lines`);
  }
  if (results.length === 0) return;
  print(
    table(results, [
      {title: "dataset", value: ({version}) => version.dataset},
      {title: "version", value: ({version}) => version.id},
      {title: "rows", value: ({version}) => version.rows, align: "right"},
      {title: "", value: ({changed}) => (changed ? "new" : "unchanged")},
      {
        title: "changes",
        value: ({version, changed}) => (changed && version.changes ? changesOf(version.changes) : "")
      }
    ])
  );
}

export function changesOf({
  added,
  removed,
  changed
}: {
  added: number;
  removed: number;
  changed: number;
}): string {
  return `+${added} −${removed} ~${changed}`;
}

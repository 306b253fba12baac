import {brokenLineText, lineCount, pull, type PullResult, watchText} from "../../data/datasets/index.js";
import {shellWord, UserError} from "../../base/validation/index.js";
import {pullRedaction} from "../../data/privacy/index.js";
import {type Broken, reportBroken, warnOfBroken} from "../project/broken.js";
import {fail} from "../terminal/fail.js";
import {onStop} from "../terminal/interruption.js";
import {findProject, loadDatasets, openProject} from "../project/project.js";
import {note, print, printJson, table} from "../terminal/terminal.js";
import {transferReporter} from "../terminal/transferReporter.js";
import {unknownDataset} from "../project/unknownDataset.js";

export async function pullVerb(names: string[], options: {json?: boolean; skipBad?: boolean}): Promise<void> {
  const project = findProject();
  const workspace = await openProject();
  const {datasets, broken} = await loadDatasets(project);
  const defined = datasets.map(({name}) => name);
  const missing = names.filter((name) => !defined.includes(name));
  const isAsked = ({path}: Broken) =>
    names.length === 0 || missing.some((name) => path === `data-loaders/${name}.ts`);
  reportBroken(broken.filter(isAsked));
  const beside = broken.filter((one) => !isAsked(one));
  warnOfBroken(beside);
  const unknown = missing.filter((name) => !broken.some(({path}) => path === `data-loaders/${name}.ts`));
  if (unknown.length > 0)
    throw new UserError(
      unknown.map((name) => unknownDataset(name, defined, "data-loaders/ has").message).join("\n") +
        (beside.length > 0 ? "\nOr it is in a file that cannot be loaded, see above." : "")
    );
  const wanted = datasets.filter(({name}) => names.length === 0 || names.includes(name));
  if (wanted.length === 0 && broken.length === 0)
    throw new UserError(
      `${project}/data-loaders has no *.ts file, so there is nothing to pull. Run \`assay init\` for an example.`
    );
  const results: PullResult[] = [];
  const failures: unknown[] = [];
  for (const dataset of wanted) {
    const reporter = transferReporter(dataset.name);
    const callOff = onStop(() => {
      reporter.end();
      return `The pull of ${dataset.name} was stopped. Its versions are as they were${results.length > 0 ? ", and what was pulled before it is kept" : ""}; of a file that was under way, what had come is kept, and the next pull goes on from there.`;
    });
    try {
      results.push(
        await pull(workspace, dataset, {
          skipBad: options.skipBad,
          ...pullRedaction(dataset),
          onProgress: reporter.message,
          onTransfer: reporter.show
        })
      );
    } catch (error) {
      // One broken source does not keep the others from being read.
      failures.push(error);
    } finally {
      callOff();
      reporter.end();
    }
  }
  if (options.json) printJson(results);
  else printResults(results);
  for (const failure of failures)
    process.exitCode = Math.max(Number(process.exitCode ?? 0), await fail(failure));
}

function printResults(results: readonly PullResult[]): void {
  for (const {version, skipped = []} of results) {
    for (const one of skipped.slice(0, 20)) note(`${version.dataset}: left out ${brokenLineText(one)}`);
    const more = lineCount(skipped.slice(20));
    if (more > 0) note(`${version.dataset}: and ${more} more ${more === 1 ? "line" : "lines"}`);
  }
  for (const {version, changed} of results)
    if (changed && version.watch) note(watchText(version.dataset, version.watch));
  for (const {version} of results)
    for (const [filter, {undetermined}] of Object.entries(version.filters ?? {}))
      if (undetermined)
        note(
          `${version.dataset}: filter "${filter}" could not tell of ${undetermined} rows and kept them: \`assay rows ${version.dataset} --undetermined ${shellWord(filter)}\` shows them`
        );
  if (results.length === 0) return;
  print(
    table(results, [
      {title: "dataset", text: "name", value: ({version}) => version.dataset},
      {title: "version", value: ({version}) => version.id},
      {title: "rows", value: ({version}) => version.rows, align: "right"},
      {title: "", value: ({changed, again}) => (again ? "current again" : changed ? "new" : "unchanged")},
      {
        title: "changes",
        text: "prose",
        value: ({version, changed, again}) =>
          again
            ? `as pulled ${version.pulledAt.slice(0, 10)}`
            : changed && version.changes
              ? changesOf(version.changes)
              : ""
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

import {html} from "htl";
import {valueName} from "../../../evals/decisions/valueName.js";
import type {
  DatasetsData,
  DatasetView,
  VerdictsData,
  VersionDetails,
  VersionManifest
} from "../../site/types.js";
import {linkTo} from "../address/address.js";
import {duplicates, labelConflictsTable} from "./duplicates.js";
import {
  badge,
  code,
  type PageContent,
  emptyState,
  facts,
  furtherSection,
  nothing,
  section
} from "../text/elements.js";
import {countText, joinedNames, percentText, pluralText, time} from "../text/format.js";
import {type Input, select} from "../inputs/inputs.js";
import {labelPlot} from "./labelPlot.js";
import {ledger} from "./ledger.js";
import {purges} from "./purges.js";
import {rejected} from "./rejected.js";
import {isOfAddressedRun, unmetRun, versionAddress} from "../address/runOfAddress.js";
import {versionChanges, versionsTable} from "./versions.js";

/** A version of a dataset. */
export interface ChosenVersion {
  dataset: DatasetView;
  version: VersionManifest;
}

/** Lets a reader choose a version of a dataset, by default that of the address's run; without one it says how to pull one. */
export function chooseDataset(
  data: DatasetsData,
  verdicts?: Pick<VerdictsData, "runs">
): Input<ChosenVersion | null> {
  const choices = data.datasets.flatMap((dataset) =>
    [...dataset.versions].reverse().map((version) => ({
      label: `${dataset.name}, ${time(version.pulledAt)}, ${pluralText(version.rows, "row")}`,
      id: versionAddress(dataset.name, version.id),
      value: {dataset, version} as ChosenVersion | null,
      group: data.datasets.length > 1 ? dataset.name : undefined
    }))
  );
  const isOfRun = isOfAddressedRun(verdicts);
  const selected = (one: ChosenVersion | null) => one !== null && isOfRun(one.dataset.name, one.version.id);
  if (choices.length > 0)
    return select(choices, {
      label: "Dataset and version",
      key: "dataset",
      selected,
      unmet: unmetRun(!verdicts || choices.some(({value}) => selected(value)))
    });
  const node = emptyState(
    "No dataset has been pulled yet.",
    ["Declare one in ", code("data-loaders/"), " and read it with ", code("npx assay pull"), "."],
    ...importedRows(verdicts)
  );
  return Object.assign(node, {value: null});
}

/** Where the rows of imported runs are, which name a dataset that no page of data has. */
export function importedRows(verdicts: Pick<VerdictsData, "runs"> | undefined): string[] {
  const names = (verdicts?.runs ?? []).flatMap(({imported, dataset}) => (imported ? [dataset.name] : []));
  return names.length === 0
    ? []
    : [`The rows of ${joinedNames([...new Set(names)])} came with imported scores: they are in no dataset.`];
}

/** A version of a dataset: what it is, what changed, what was dropped, and which rows are duplicates, contradict one another or hold personal data. */
export function datasetView(chosen: ChosenVersion | null): PageContent {
  if (!chosen) return nothing();
  const {dataset, version} = chosen;
  const details = dataset.details.find((one) => one.version === version.id);
  const found = dataset.ledgers.find((one) => one.version === version.id);
  return html`<div>
    ${details ? section(labelTitle(details), labelPlot(dataset.name, details)) : null}
    ${section("Versions", versionsTable(dataset, version))} ${furtherSection(dataset.name, card(version))}
    ${
      details
        ? [
            details.diff ? furtherSection("What changed", versionChanges(details)) : null,
            details.rejected.length > 0 || details.skipped
              ? furtherSection("Filters", rejected(details, version))
              : null,
            furtherSection("Duplicates", duplicates(details.duplicates, version)),
            isFree(details.conflicts)
              ? null
              : furtherSection("Label conflicts", labelConflictsTable(details.conflicts, version))
          ]
        : section(
            "What is in it",
            html`<p>
              Only the newest versions are looked through for the report.
              ${code(`npx assay diff ${dataset.name} ${version.id.slice(0, 12)}`)} and
              ${code("npx assay rows")} look into older ones.
            </p>`
          )
    }
    ${furtherSection("Personal data", ledger(dataset.name, found, dataset.recognition))}
    ${dataset.purges.length > 0 ? furtherSection("Erased rows", purges(dataset.name, dataset.purges)) : null}
    <p class="small">
      ${details ? absent(dataset, details) : null} See the
      <a href=${linkTo("./splits")} data-keep-run>splits</a> page for how rows are divided into a training and
      a test part.
    </p>
  </div>`;
}

/** The commonest label and its share; where labels are not published only what is drawn. */
function labelTitle({labels, otherLabels}: VersionDetails): string {
  const [first] = labels;
  if (!first) return "Labels";
  const total = labels.reduce((sum, {rows}) => sum + rows, otherLabels?.rows ?? 0);
  return `${percentText(first.rows / total)} of the rows are ${valueName(first.label)}`;
}

const isFree = (conflicts: VersionDetails["conflicts"]) => conflicts.measured && conflicts.clusters === 0;

/** What the version has nothing of, in one line. */
function absent({purges: erased}: DatasetView, {diff, rejected: filters, conflicts}: VersionDetails): string {
  const none = [
    diff ? "" : "version before it",
    filters.length > 0 ? "" : "filter",
    isFree(conflicts) ? "rows with like texts and unlike labels" : "",
    erased.length > 0 ? "" : "erased row"
  ].filter(Boolean);
  return none.length === 0 ? "" : `It has no ${none.join(", no ")}.`;
}

function card(version: VersionManifest): HTMLElement {
  const roles = (["text", "label", "group", "time"] as const).flatMap((role) =>
    version[role] ? [`${role}: ${version[role]}`] : []
  );
  const erased = version.purged?.reduce((sum, {rows}) => sum + rows, 0) ?? 0;
  return facts([
    ["Description", version.description],
    ["Version", code(version.id)],
    ["Pulled", `${time(version.pulledAt)} UTC`],
    [
      "Rows",
      `${countText(version.rows)}${erased > 0 ? `, after ${pluralText(erased, "row")} ${erased === 1 ? "was" : "were"} erased` : ""}`
    ],
    ["Licence", version.licence ?? "not stated"],
    ["Sensitivity", version.sensitivity ?? "not stated"],
    ["Columns", version.columns.map(({name, type}) => `${name} (${type.toLowerCase()})`).join(", ")],
    ["Roles", roles.length > 0 ? roles.join(", ") : undefined],
    ["Source", sourceText(version.source)],
    ["Checks", version.checks?.length ? checks(version.checks) : "none declared"]
  ]);
}

function checks(found: NonNullable<VersionManifest["checks"]>): PageContent {
  return found.map(
    ({name, passed, message}) =>
      html`<div>
        ${badge(passed ? "passed" : "failed", passed ? "good" : "bad")}
        ${name}${message ? `: ${message}` : ""}
      </div>`
  );
}

function sourceText(source: Record<string, unknown>): string {
  return Object.entries(source)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

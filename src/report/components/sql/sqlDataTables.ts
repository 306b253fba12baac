import type {DatasetView, VersionDetails, VersionManifest} from "../../site/types.js";
import {OF_VERSION, type ReportData, type ReportTable, type CellValue} from "./reportTable.js";

/** What the page of data shows of versions: changes, filters, duplicates, labels, personal data, erasures. */
export const DATA_TABLES: readonly ReportTable[] = [
  {
    name: "versions",
    about: "the versions of every dataset",
    columns: {
      ...OF_VERSION,
      pulled_at: "varchar",
      rows: "double",
      added: "double",
      removed: "double",
      changed: "double",
      rejected: "double",
      erased: "double",
      bytes: "double"
    },
    lines: ({datasets}) =>
      datasets.datasets.flatMap(({versions}) =>
        versions.map(({dataset, id, pulledAt, rows, changes, rejected, purged = [], bytes}) => [
          ...[dataset, id, pulledAt, rows, changes?.added, changes?.removed, changes?.changed],
          ...[rejected, purged.reduce((sum, one) => sum + one.rows, 0), bytes]
        ])
      )
  },
  {
    name: "labels",
    about: "rows of each label in the newest versions",
    columns: {...OF_VERSION, label: "varchar", rows: "double"},
    lines: (data) =>
      eachVersion(data, (own, {labels}) => labels.map(({label, rows}) => [...own, label, rows]))
  },
  {
    name: "version_changes",
    about: "rows that changed since the version before, without those that a split holds out",
    columns: {...OF_VERSION, before: "varchar", added: "double", removed: "double", changed: "double"},
    lines: (data) =>
      eachVersion(data, (own, {diff}) =>
        diff ? [[...own, diff.before.id, diff.added.rows, diff.removed.rows, diff.changed.rows]] : []
      )
  },
  {
    name: "drift",
    about: "how each column moved since the version before; of text it is the length",
    columns: {
      ...OF_VERSION,
      column: "varchar",
      measured: "varchar",
      before_mean: "double",
      before_sd: "double",
      after_mean: "double",
      after_sd: "double",
      before_least: "varchar",
      before_most: "varchar",
      after_least: "varchar",
      after_most: "varchar",
      before_missing: "double",
      after_missing: "double",
      psi: "double",
      p: "double",
      verdict: "varchar"
    },
    lines: (data) => eachVersion(data, driftLines)
  },
  {
    name: "filters",
    about: "rows that each filter dropped, in the order they are applied",
    columns: {
      ...OF_VERSION,
      position: "double",
      filter: "varchar",
      dropped: "double",
      of_all: "double",
      undecided: "double",
      rule: "varchar"
    },
    lines: (data) => eachVersion(data, filterLines)
  },
  {
    name: "filter_reasons",
    about: "the commonest reasons of each filter",
    columns: {...OF_VERSION, filter: "varchar", reason: "varchar", rows: "double"},
    lines: (data) =>
      eachVersion(data, (own, {rejected}) =>
        rejected.flatMap(({filter, reasons}) =>
          reasons.map(({reason, rows}) => [...own, filter, reason, rows])
        )
      )
  },
  {
    name: "dropped_rows",
    about: "examples of the rows that each filter dropped",
    columns: {...OF_VERSION, filter: "varchar", row_id: "varchar", reason: "varchar", excerpt: "varchar"},
    lines: (data) =>
      eachVersion(data, (own, {rejected}) =>
        rejected.flatMap(({filter, examples}) =>
          examples.map(({id, reason, excerpt}) => [...own, filter, id, reason, excerpt])
        )
      )
  },
  {
    name: "duplicate_counts",
    about: "clusters of rows that say the same or nearly the same, and their rows",
    columns: {
      ...OF_VERSION,
      threshold: "double",
      clusters: "double",
      rows: "double",
      of_all: "double",
      same_text_clusters: "double",
      same_text_rows: "double"
    },
    lines: (data) =>
      eachVersion(data, (own, {duplicates: found}, version) =>
        found.measured
          ? [
              [
                ...[...own, found.threshold, found.clusters, found.rows, found.rows / version.rows],
                ...[found.sameText.clusters, found.sameText.rows]
              ]
            ]
          : []
      )
  },
  {
    name: "duplicates",
    about:
      "rows of the largest clusters of duplicates, with their similarity to the row a cluster is named for",
    columns: {
      ...OF_VERSION,
      cluster: "double",
      cluster_rows: "double",
      row_id: "varchar",
      similarity: "double",
      excerpt: "varchar"
    },
    lines: (data) =>
      eachVersion(data, (own, {duplicates: found}) =>
        found.measured
          ? found.largest.flatMap(({rows, examples}, i) =>
              examples.map(({id, similarity, excerpt}) => [...own, i + 1, rows, id, similarity, excerpt])
            )
          : []
      )
  },
  {
    name: "label_conflicts",
    about: "rows of one text, or nearly, whose labels differ",
    columns: {
      ...OF_VERSION,
      cluster: "double",
      kind: "varchar",
      cluster_rows: "double",
      row_id: "varchar",
      label: "varchar",
      similarity: "double",
      excerpt: "varchar"
    },
    lines: (data) =>
      eachVersion(data, (own, {conflicts: found}) =>
        found.measured
          ? found.shown.flatMap(({kind, rows, examples}, i) =>
              examples.map(({id, label, similarity, excerpt}) => [
                ...[...own, i + 1, kind, rows, id, label, similarity, excerpt]
              ])
            )
          : []
      )
  },
  {
    name: "personal_data",
    about: "personal data and secrets found, by kind, with how well each is recognised",
    columns: {
      ...OF_VERSION,
      kind: "varchar",
      findings: "double",
      rows: "double",
      accepted: "double",
      precision: "double",
      recall: "double"
    },
    lines: (data) =>
      eachLedger(data, (own, {summary}, {recognition}) =>
        Object.entries(summary.types).map(([type, {findings, rows, accepted}]) => [
          ...[...own, type, findings, rows, accepted ?? 0],
          ...[recognition?.types[type]?.precision, recognition?.types[type]?.recall]
        ])
      )
  },
  {
    name: "personal_data_rules",
    about: "the same by rule and by what is done",
    columns: {
      ...OF_VERSION,
      rule: "varchar",
      kind: "varchar",
      columns: "varchar",
      findings: "double",
      rows: "double",
      least_certainty: "double",
      action: "varchar",
      accepted: "double"
    },
    lines: (data) =>
      eachLedger(data, (own, {rules}) =>
        rules.map(({rule, type, columns, findings, rows, score, action, accepted}) => [
          ...[...own, rule, type, columns.join(", "), findings, rows, score, action, accepted]
        ])
      )
  },
  {
    name: "erasures",
    about: "rows that were erased, and the versions and runs that had them",
    columns: {
      dataset: "varchar",
      erased_at: "varchar",
      reason: "varchar",
      rows: "double",
      kind: "varchar",
      record: "varchar",
      record_rows: "double"
    },
    lines: ({datasets}) =>
      datasets.datasets.flatMap(({name, purges}) =>
        purges.flatMap(({at, reason, rows, versions, runs}) => {
          const touched = [
            ...versions.map((one) => ["version", one.id, one.rows]),
            ...runs.map((one) => ["run", one.id, one.rows])
          ];
          return (touched.length > 0 ? touched : [[null, null, null]]).map((one) => [
            ...[name, at, reason, rows, ...one]
          ]);
        })
      )
  }
];

function driftLines(own: CellValue[], {diff, drift}: VersionDetails): CellValue[][] {
  const judged = new Map(drift?.columns.map(({column, state}) => [column, state]));
  return (diff?.drift ?? []).map(({column, kind, before, after, psi, p}) => [
    ...[...own, column, kind, before.mean, before.sd, after.mean, after.sd],
    ...[before.least, before.most, after.least, after.most],
    ...[before.missing, after.missing, psi, p, judged.get(column)]
  ]);
}

function filterLines(own: CellValue[], {rejected}: VersionDetails, version: VersionManifest): CellValue[][] {
  const read = rejected.reduce((sum, {rows}) => sum + rows, version.rows);
  return rejected.map(({filter, rows, undetermined, rule}, i) => [
    ...[...own, i + 1, filter, rows, rows / read, undetermined, rule]
  ]);
}

/** Of the versions that the report looks into. */
function eachVersion(
  {datasets}: ReportData,
  lines: (own: CellValue[], details: VersionDetails, version: VersionManifest) => CellValue[][]
): CellValue[][] {
  return datasets.datasets.flatMap(({name, details, versions}) =>
    details.flatMap((one) =>
      lines(
        [name, one.version],
        one,
        versions.find(({id}) => id === one.version)!
      )
    )
  );
}

function eachLedger(
  {datasets}: ReportData,
  lines: (own: CellValue[], ledger: DatasetView["ledgers"][number], view: DatasetView) => CellValue[][]
): CellValue[][] {
  return datasets.datasets.flatMap((view) =>
    view.ledgers.flatMap((one) => lines([view.name, one.version], one, view))
  );
}

import {quotedText} from "../text/sqlText.js";

/** Queries about one version of a dataset that give what the page of data shows of it. */
export interface VersionId {
  dataset: string;
  id: string;
}

function ofVersion({dataset, id}: VersionId): string {
  return `dataset = ${quotedText(dataset)} and version = ${quotedText(id)}`;
}

/** Rows of every version, and what changed since the one before. */
export function versionsQuery(dataset: string): string {
  return `select version, pulled_at, rows, added, removed, changed, rejected, erased, bytes
from versions
where dataset = ${quotedText(dataset)}
order by pulled_at desc`;
}

/** Rows that were added, removed and changed since the version before. */
export function changesQuery(version: VersionId): string {
  return `select added, removed, changed, before
from version_changes
where ${ofVersion(version)}`;
}

/** How each column moved since the version before. */
export function driftQuery(version: VersionId): string {
  return `select "column", measured, before_mean, before_sd, after_mean, after_sd, before_least, before_most, after_least,
  after_most, before_missing, after_missing, psi, p, verdict
from drift
where ${ofVersion(version)}`;
}

/** Rows of each label, the commonest first. */
export function labelsQuery(version: VersionId): string {
  return `select label, rows
from labels
where ${ofVersion(version)}
order by rows desc, label`;
}

/** Rows that each filter dropped and kept undecided, with its commonest reasons. */
export function filtersQuery(version: VersionId): string {
  return `select filter, dropped, of_all, undecided, rule, (
  select string_agg(reason || ': ' || r.rows::int, '; ' order by r.rows desc)
  from filter_reasons r
  where r.dataset = f.dataset and r.version = f.version and r.filter = f.filter
) as reasons
from filters f
where ${ofVersion(version)}
order by position`;
}

/** Examples of the rows that each filter dropped. */
export function droppedRowsQuery(version: VersionId): string {
  return `select filter, row_id, reason, excerpt
from dropped_rows
where ${ofVersion(version)}`;
}

/** Clusters of duplicates and their rows. */
export function duplicateCountsQuery(version: VersionId): string {
  return `select clusters, rows, of_all, same_text_clusters, same_text_rows, clusters - same_text_clusters as near_clusters,
  rows - same_text_rows as near_rows, threshold
from duplicate_counts
where ${ofVersion(version)}`;
}

/** Rows of the largest clusters of duplicates. */
export function duplicatesQuery(version: VersionId): string {
  return `select row_id, similarity, cluster, cluster_rows, excerpt
from duplicates
where ${ofVersion(version)}
order by cluster`;
}

/** Rows of like texts with unlike labels. */
export function labelConflictsQuery(version: VersionId): string {
  return `select row_id, label, similarity, cluster, kind, cluster_rows, excerpt
from label_conflicts
where ${ofVersion(version)}
order by cluster`;
}

/** Personal data and secrets found, by kind. */
export function personalDataQuery(version: VersionId): string {
  return `select kind, findings, rows, accepted, "precision", recall
from personal_data
where ${ofVersion(version)}
order by findings desc`;
}

/** The same by rule and by what is done. */
export function personalDataRulesQuery(version: VersionId): string {
  return `select rule, kind, columns, findings, rows, least_certainty, action, accepted
from personal_data_rules
where ${ofVersion(version)}`;
}

/** Erased rows of a dataset. */
export function erasuresQuery(dataset: string): string {
  return `select erased_at, reason, rows, kind, record, record_rows
from erasures
where dataset = ${quotedText(dataset)}
order by erased_at desc, kind, record`;
}

import type {SplitManifest, VersionManifest} from "../../../base/store/index.js";

/** What a model's card says of the data: where it came from, licence, filters, redaction, how it was split. */
export function dataFacts(version: VersionManifest, split: SplitManifest): string[] {
  const filters = Object.entries(version.filters ?? {}).map(
    ([name, {rejected}]) => `${name} (${rejected} rows)`
  );
  const privacy = (version.source as {privacy?: unknown}).privacy;
  return [
    `licence of the data: ${version.licence ?? "not stated"}`,
    `sensitivity: ${version.sensitivity ?? "internal"}`,
    `filters: ${filters.join(", ") || "none"}`,
    ...(privacy === undefined ? [] : [`personal data: ${JSON.stringify(privacy)}`]),
    ...(version.purged?.length ? [`rows were erased from the version ${version.purged.length} times`] : []),
    `split: ${split.name} (${split.strategy}, seed ${split.seed})`
  ];
}

import type * as YamlLibrary from "yaml";
import {onFirstUse} from "../../../base/system/index.js";
import type {VersionManifest} from "../../../base/store/index.js";

const yaml = onFirstUse<typeof YamlLibrary>("yaml");

const SIZES: [number, string][] = [
  [1e3, "n<1K"],
  [1e4, "1K<n<10K"],
  [1e5, "10K<n<100K"],
  [1e6, "100K<n<1M"],
  [1e7, "1M<n<10M"],
  [1e8, "10M<n<100M"],
  [1e9, "100M<n<1B"]
];

/** README.md of a version as the Hugging Face hub reads it: YAML with the facts, then what a person reads. */
export function huggingFaceCard(version: VersionManifest): string {
  const features = version.columns.map(({name, type}) => ({name, ...featureOf(type)}));
  const facts = {
    ...licenceOf(version.licence),
    pretty_name: version.dataset,
    size_categories: [SIZES.find(([most]) => version.rows < most)?.[1] ?? "n>1T"],
    tags: ["assay"],
    configs: [{config_name: "default", data_files: [{split: "train", path: "rows.parquet"}]}],
    dataset_info: {
      features,
      splits: [{name: "train", num_bytes: version.bytes, num_examples: version.rows}],
      download_size: version.bytes,
      dataset_size: version.bytes
    }
  };
  const roles = (["text", "label", "group", "time"] as const).flatMap((role) =>
    version[role] ? [`${role}: \`${version[role]}\``] : []
  );
  const checks = (version.checks ?? []).map(({name, passed}) => `- ${passed ? "passed" : "FAILED"}: ${name}`);
  const body = [
    `# ${version.dataset}`,
    version.description ?? "",
    `Version \`${version.id}\`, pulled ${version.pulledAt.slice(0, 10)}: ${version.rows} rows. SHA-256 of its content: \`${version.sha256}\`.`,
    ...(version.parent && version.changes
      ? [
          `After version \`${version.parent}\`: ${version.changes.added} rows added, ${version.changes.removed} removed, ${version.changes.changed} changed.`
        ]
      : []),
    ...(version.purged?.length
      ? [
          `${version.purged.reduce((sum, {rows}) => sum + rows, 0)} rows were erased since; the hash is that of the rows before.`
        ]
      : []),
    `Licence: ${version.licence ?? "not stated"}. Sensitivity: ${version.sensitivity ?? "not stated"}.`,
    "## Source",
    "```json\n" + JSON.stringify(version.source, null, 2) + "\n```",
    "## Columns",
    [
      ...version.columns.map(({name, type}) => `- \`${name}\`: ${type}`),
      ...(roles.length > 0 ? ["", `Roles: ${roles.join(", ")}.`] : [])
    ].join("\n"),
    ...(version.rejected === undefined
      ? []
      : [`## Filters\n\n${version.rejected} rows were left out by filters.`]),
    ...(checks.length > 0 ? [`## Checks\n\n${checks.join("\n")}`] : [])
  ];
  return `---\n${yaml().stringify(facts)}---\n\n${body.filter((part) => part !== "").join("\n\n")}\n`;
}

/** The hub knows licences by lower-case SPDX-like ids; anything else is "other" with its name. */
function licenceOf(licence: string | undefined): object {
  if (licence === undefined) return {};
  const known =
    /^(mit|apache-2\.0|cc0-1\.0|cc-by(-nc)?(-sa|-nd)?-[34]\.0|odbl|pddl|bsd(-[23]-clause)?|gpl-[23]\.0|unlicense)$/i;
  return known.test(licence)
    ? {license: licence.toLowerCase()}
    : {license: "other", license_name: licence.toLowerCase().replace(/[^a-z0-9.]+/g, "-")};
}

const DTYPES: [RegExp, string][] = [
  [/^BOOLEAN$/, "bool"],
  [/^TINYINT$/, "int8"],
  [/^SMALLINT$/, "int16"],
  [/^INTEGER$/, "int32"],
  [/^(BIGINT|HUGEINT)$/, "int64"],
  [/^U(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/, "uint64"],
  [/^FLOAT$/, "float32"],
  [/^(DOUBLE|DECIMAL.*)$/, "float64"],
  [/^TIMESTAMP/, "timestamp[us]"],
  [/^DATE$/, "date32"],
  [/^BLOB$/, "binary"]
];

function featureOf(type: string): object {
  if (type.endsWith("[]")) {
    const inner = featureOf(type.slice(0, -2)) as {dtype?: string};
    return {list: inner.dtype ?? inner};
  }
  return {dtype: DTYPES.find(([pattern]) => pattern.test(type))?.[1] ?? "string"};
}

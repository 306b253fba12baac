import type {JobRecord} from "../../../base/store/index.js";

/** Comment lines that say what a configuration was made from, each one line whatever is in a name. */
export function originLines({id, name, dataset, version, split, data}: JobRecord): string[] {
  const lines = [
    `# ${name}, job ${id}, written by Assay.`,
    `# Data: ${dataset}@${version}, split ${split.name} (${split.id}).`,
    ...data.map(({path, part, rows, sha256}) => `# ${path}: part ${part}, ${rows} rows, SHA-256 ${sha256}`)
  ];
  // To Python and YAML more than a line feed ends a line, and with it the comment.
  return lines.map((line) => line.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " "));
}

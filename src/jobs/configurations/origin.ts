import type {JobRecord} from "../../store/index.js";

/** Comment lines that say what a configuration was made from. */
export function originLines({id, name, dataset, version, split, data}: JobRecord): string[] {
  return [
    `# ${name}, job ${id}, written by Assay.`,
    `# Data: ${dataset}@${version}, split ${split.name} (${split.id}).`,
    ...data.map(({path, part, rows, sha256}) => `# ${path}: part ${part}, ${rows} rows, SHA-256 ${sha256}`)
  ];
}

import type {ModelManifest} from "../models/index.js";
import {readJson, UserError} from "../store/index.js";

/** What the manifest beside an export says of its rows. */
export interface ExportManifest {
  dataset: string;
  version: string;
  split: {sha256: string};
  part: string;
  rows?: number;
  rowsSha256?: string;
  preflight?: {rows: number};
  /** ISO time. */
  exportedAt?: string;
}

/**
 * The manifest beside a file that `assay finetune export` or `assay export --chat` wrote. Throws when there is none.
 * @param path of the file, or of the manifest
 */
export async function exportOf(path: string): Promise<ExportManifest> {
  const file = path.endsWith(".manifest.json") ? path : `${path}.manifest.json`;
  const manifest = await readJson<Partial<ExportManifest>>(file);
  if (
    !manifest?.dataset ||
    !manifest.version ||
    !manifest.split ||
    !manifest.part ||
    rowsOf(manifest) === undefined
  )
    throw new UserError(
      `${file} is no export's manifest, so nobody can tell what the model learned from. Name the file that \`assay finetune export -o FILE\` wrote, with its manifest beside it.`
    );
  return manifest as ExportManifest;
}

/** What a model has learned from that was trained on such a file, for its record. */
export async function trainingOfExport(path: string): Promise<NonNullable<ModelManifest["training"]>> {
  const manifest = await exportOf(path);
  return {
    dataset: manifest.dataset,
    version: manifest.version,
    split: manifest.split.sha256,
    part: manifest.part,
    rows: rowsOf(manifest)!,
    rowsSha256: manifest.rowsSha256 ?? "",
    seed: "not told",
    seconds: 0
  };
}

function rowsOf({preflight, rows}: Partial<ExportManifest>): number | undefined {
  return preflight?.rows ?? rows;
}

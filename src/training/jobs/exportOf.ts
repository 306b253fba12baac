import {existsSync} from "node:fs";
import type {ModelManifest} from "../../weights/models/index.js";
import {UserError} from "../../base/validation/index.js";
import {readJson, sha256File} from "../../base/system/index.js";

/** What the manifest beside an export says of its rows. */
export interface ExportManifest {
  dataset: string;
  version: string;
  split: {sha256: string};
  part: string;
  /** Of the file; manifests of before may lack it. */
  sha256?: string;
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
    exportedRowCount(manifest) === undefined
  )
    throw new UserError(
      `${file} is no export's manifest, so nobody can tell what the model learned from. Name the file that \`assay finetune export -o FILE\` wrote, with its manifest beside it.`
    );
  return manifest as ExportManifest;
}

/**
 * What a model has learned from that was trained on such a file, for its record. Throws where the file is there and is another
 * than its manifest tells.
 */
export async function trainingOfExport(path: string): Promise<NonNullable<ModelManifest["training"]>> {
  const manifest = await exportOf(path);
  await assertUnchanged(path.replace(/\.manifest\.json$/, ""), manifest);
  return {
    dataset: manifest.dataset,
    version: manifest.version,
    split: manifest.split.sha256,
    part: manifest.part,
    rows: exportedRowCount(manifest)!,
    rowsSha256: manifest.rowsSha256 ?? "",
    seed: "not told",
    seconds: 0
  };
}

async function assertUnchanged(file: string, {sha256}: ExportManifest): Promise<void> {
  if (sha256 === undefined || !existsSync(file) || (await sha256File(file)) === sha256) return;
  throw new UserError(
    `${file} is not the file that its manifest tells of: it was changed since it was exported, so nobody can tell what the model learned from. Put back the file that the model was trained on, or register the model without it.`
  );
}

function exportedRowCount({preflight, rows}: Partial<ExportManifest>): number | undefined {
  return preflight?.rows ?? rows;
}

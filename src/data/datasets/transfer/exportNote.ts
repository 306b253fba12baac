import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {UserError} from "../../../base/validation/index.js";
import {readJson} from "../../../base/system/index.js";
import {
  type Database,
  heldOutQuery,
  holdOut,
  parquetFile,
  sqlString,
  type VersionManifest,
  type Workspace,
  writeParquet
} from "../../../base/store/index.js";
import {EXPORT_FILE, HELD_OUT_FILE, rowFilesIn, transferName} from "./files.js";
import type {HeldOutRows} from "./heldOutRows.js";

/**
 * What an export says of itself. A version's folder of a store has no such file: whether rows of it are held out there is
 * told by records elsewhere in that store, so what comes without its store must be an export.
 */
interface ExportNote {
  kind: "export";
  schemaVersion: 1;
  dataset: string;
  version: string;
  /** The splits that hold out rows of it, which `HELD_OUT_FILE` names: where it is imported they stay held out. */
  heldOut: {id: string; name: string}[];
}

export async function writeExportNote(
  db: Database,
  {dataset, id, text}: VersionManifest,
  heldOut: readonly HeldOutRows[],
  folder: string
): Promise<void> {
  const note: ExportNote = {
    kind: "export",
    schemaVersion: 1,
    dataset,
    version: id,
    heldOut: heldOut.map(({split}) => ({id: split.id, name: split.name}))
  };
  await writeFile(join(folder, EXPORT_FILE), JSON.stringify(note, null, 2) + "\n");
  if (heldOut.length === 0) return;
  const queries = heldOut.flatMap(({split, condition}) =>
    rowFilesIn(folder).map(
      (rows) =>
        `select ${sqlString(split.id)} as split, * from (${heldOutQuery(`${rows} where ${condition}`, text)})`
    )
  );
  await writeParquet(db, join(folder, HELD_OUT_FILE), queries.join(" union all "));
}

/**
 * Holds out here what an export in `stage` says was held out where it was made. To be called before the version appears; how
 * many rows there are. A folder without the note, taken from a store beside its records, has none.
 */
export async function holdOutImported(
  db: Database,
  workspace: Workspace,
  {dataset, id, idColumn}: VersionManifest,
  stage: string
): Promise<number> {
  const note = await readJson<ExportNote>(join(stage, EXPORT_FILE));
  if (note === undefined) return 0;
  const name = transferName(dataset, id);
  if (
    note.kind !== "export" ||
    note.schemaVersion !== 1 ||
    note.dataset !== dataset ||
    note.version !== id ||
    !Array.isArray(note.heldOut)
  )
    throw new UserError(
      `${EXPORT_FILE} beside ${name} is of another export or form. Nothing was imported. Export the version again where it was made.`
    );
  if (note.heldOut.length === 0) return 0;
  const held = parquetFile(join(stage, HELD_OUT_FILE));
  const counted = await db
    .row<{n: number}>(`select count(distinct row_id)::double as n from ${held}`)
    .catch((cause: unknown) => {
      throw new UserError(
        `${name} had rows held out, and ${HELD_OUT_FILE}, which names them, cannot be read. Nothing was imported. Export the version again where it was made.`,
        {cause}
      );
    });
  for (const split of note.heldOut)
    await holdOut(
      db,
      workspace,
      {dataset, id: split.id, name: split.name, version: id, idColumn: idColumn ?? null},
      `select row_id, row_hash, text_hash from ${held} where split = ${sqlString(split.id)}`
    );
  return counted!.n;
}

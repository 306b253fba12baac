import {UserError} from "../../../base/validation/index.js";
import {hashJson} from "../../../base/system/index.js";
import {type Database, isIdOf, parquetFile, type VersionManifest} from "../../../base/store/index.js";
import {contentIdentity} from "../identity.js";
import {describeColumns} from "../describeColumns.js";
import {rowHash} from "../rowQuery.js";

/**
 * Whether the rows of a Parquet file are those of a version: every row's hash is made again from its columns, and the
 * hashes with the schema must give the id. Gives what the content itself says of the version. Throws a UserError when
 * they are others.
 */
export async function verifyVersion(
  db: Database,
  rowsFile: string,
  manifest: VersionManifest
): Promise<Pick<VersionManifest, "sha256" | "rows" | "columns" | "idColumn">> {
  const refuse = (found: string, cause?: unknown) =>
    new UserError(
      `${manifest.dataset}@${manifest.id} was rejected: ${found}. Nothing was imported. Export the version again where it was made.`,
      {cause}
    );
  const rows = parquetFile(rowsFile);
  const columns = await describeColumns(db, `select * from ${rows}`).catch((cause: unknown) => {
    throw refuse("rows.parquet cannot be read", cause);
  });
  const own = columns.map(({name}) => name).filter((name) => name !== "row_id" && name !== "row_hash");
  if (own.length !== columns.length - 2) throw refuse("rows.parquet has no row_id and row_hash");
  const wrong = await db
    .row<{n: number}>(
      `select count(*)::double as n from ${rows} where row_hash is distinct from ${rowHash(own)}`
    )
    .catch((cause: unknown) => {
      throw refuse("rows.parquet cannot be read to its end", cause);
    });
  if (wrong!.n > 0)
    throw refuse(`hash mismatch in ${wrong!.n} rows: their content is not what their hashes were made of`);
  const identity = await contentIdentity(db, rows);
  const hashFor = (id: string | null) => hashJson({columns, id, ...identity});
  const id = [null, ...own].find((one) => hashFor(one).slice(0, 16) === manifest.id);
  if (id === undefined)
    throw refuse(
      `hash mismatch: its ${identity.rows} rows give the id ${hashFor(null).slice(0, 16)} or another`
    );
  const named =
    id === null
      ? "row_id = row_hash or starts_with(row_id, row_hash || '-')"
      : isIdOf(columns.find(({name}) => name === id)!);
  const renamed = await db.row<{n: number}>(
    `select count(*)::double as n from ${rows} where not coalesce(${named}, false)`
  );
  if (renamed!.n > 0) throw refuse(`${renamed!.n} rows have ids that are not theirs`);
  return {sha256: hashFor(id), idColumn: id, rows: identity.rows, columns};
}

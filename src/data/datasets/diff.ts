import {
  type Database,
  openRows,
  readVersion,
  type Store,
  type VersionManifest,
  type VersionName,
  versionRows,
  type Workspace
} from "../../base/store/index.js";
import {columnDrift, type ColumnDrift, type DriftColumn} from "./columnDrift.js";
import {retypedRows, sideBySide, type TypedRows} from "./retyped.js";

export interface ChangedRows {
  rows: number;
  /** Ids of the first few, in order. */
  sample: string[];
}

export interface VersionDiff {
  dataset: string;
  before: {id: string; rows: number; pulledAt: string};
  after: {id: string; rows: number; pulledAt: string};
  columns: {
    added: {name: string; type: string}[];
    removed: {name: string; type: string}[];
    retyped: {name: string; before: string; after: string}[];
  };
  added: ChangedRows;
  removed: ChangedRows;
  changed: ChangedRows;
  /** Rows that hold the same, of which a column changed its type alone. They are not among the changed ones. */
  retyped: ChangedRows;
  /** Rows of the changed ones in which a column both versions have holds something else. */
  changedColumns: {column: string; rows: number}[];
  /** Rows that both versions have. */
  common: number;
  drift: ColumnDrift[];
}

export interface DiffOptions {
  /** Ids shown for each kind of change; default 5. */
  sample?: number;
}

/** Several diffs of one store may be under way. */
let tables = 0;

/**
 * What changed from one version to another: schema, rows by id and content hash, and the drift of every column that
 * both have under the same type, but for the id. Rows that a split holds out are left out on both sides.
 */
export async function diffVersions(
  store: Store,
  before: VersionManifest,
  after: VersionManifest,
  {sample = 5}: DiffOptions = {}
): Promise<VersionDiff> {
  const [a, b] = await Promise.all(
    [before, after].map(async (version) => `(${await openRows(store.workspace, version)})`)
  );
  const sides: [TypedRows, TypedRows] = [
    {relation: a!, columns: before.columns},
    {relation: b!, columns: after.columns}
  ];
  const changes = `changes_${++tables}`;
  // The one join of all rows: what it finds is small, and answers everything but drift.
  await store.run(
    `create temp table ${changes} as
     select row_id, case when a.row_hash is null then 'added' when b.row_hash is null then 'removed' else 'changed' end as kind
     from (select row_id, row_hash from ${a}) a full join (select row_id, row_hash from ${b}) b using (row_id)
     where a.row_hash is distinct from b.row_hash`
  );
  try {
    const retyped = retypedRows(...sides);
    if (retyped) await store.run(`update ${changes} set kind = 'retyped' where row_id in (${retyped})`);
    const changed = async (kind: string): Promise<ChangedRows> => {
      const ids = await store.rows<{row_id: string}>(
        `select row_id from ${changes} where kind = $kind order by row_id limit $sample`,
        {kind, sample}
      );
      const counted = await store.row<{n: number}>(
        `select count(*)::double as n from ${changes} where kind = $kind`,
        {kind}
      );
      return {rows: counted!.n, sample: ids.map(({row_id}) => row_id)};
    };
    const rows = {
      added: await changed("added"),
      removed: await changed("removed"),
      changed: await changed("changed"),
      retyped: await changed("retyped")
    };
    return {
      dataset: after.dataset,
      before: {id: before.id, rows: before.rows, pulledAt: before.pulledAt},
      after: {id: after.id, rows: after.rows, pulledAt: after.pulledAt},
      columns: schemaChange(before, after),
      ...rows,
      common: (await countOf(store, b!)) - rows.added.rows,
      changedColumns: rows.changed.rows > 0 ? await changedColumns(store, sides, changes) : [],
      drift: await columnDrift(store, a!, b!, measuredColumns(before, after))
    };
  } finally {
    await store.run(`drop table if exists ${changes}`);
  }
}

async function countOf(db: Database, relation: string): Promise<number> {
  return (await db.row<{n: number}>(`select count(*)::double as n from ${relation}`))!.n;
}

function schemaChange(before: VersionManifest, after: VersionManifest): VersionDiff["columns"] {
  const missing = (from: VersionManifest, other: VersionManifest) =>
    from.columns.filter(({name}) => !other.columns.some((column) => column.name === name));
  return {
    added: missing(after, before),
    removed: missing(before, after),
    retyped: before.columns.flatMap(({name, type}) => {
      const now = after.columns.find((column) => column.name === name);
      return now && now.type !== type ? [{name, before: type, after: now.type}] : [];
    })
  };
}

/** New rows have new ids: that says nothing of the data. */
function measuredColumns(before: VersionManifest, after: VersionManifest): DriftColumn[] {
  const left = ["row_id", "row_hash", before.idColumn, after.idColumn];
  const columns = after.columns.filter(
    ({name, type}) =>
      !left.includes(name) && before.columns.some((column) => column.name === name && column.type === type)
  );
  return columns.map((column) => ({
    ...column,
    role: (["label", "group", "time"] as const).find((role) => after[role] === column.name)
  }));
}

async function changedColumns(
  db: Database,
  sides: readonly [TypedRows, TypedRows],
  changes: string
): Promise<{column: string; rows: number}[]> {
  const ids = `(select row_id from ${changes} where kind = 'changed')`;
  const [before, after] = sides.map(({relation, columns: own}) => ({
    relation: `(select * from ${relation} semi join ${ids} using (row_id))`,
    columns: own
  }));
  const {relation, columns} = sideBySide(before!, after!);
  if (columns.length === 0) return [];
  const found = await db.row<Record<string, number>>(
    `select ${columns.map(({differs}, i) => `count(*) filter (${differs})::double as c${i}`).join(", ")} from ${relation}`
  );
  return columns
    .map(({column}, i) => ({column, rows: found![`c${i}`]!}))
    .filter(({rows}) => rows > 0)
    .sort((x, y) => y.rows - x.rows || (x.column < y.column ? -1 : 1));
}

/** Numbers of rows that came, went and changed since a version; those of which a column changed its type alone did not. */
export async function changesSince(
  db: Database,
  workspace: Workspace,
  version: VersionName,
  after: TypedRows
): Promise<{added: number; removed: number; changed: number}> {
  const before: TypedRows = {
    relation: await versionRows(workspace, version),
    columns: (await readVersion(workspace, version))?.columns ?? []
  };
  const found = await db.row<{added: number; removed: number; changed: number}>(
    `select count(*) filter (a.row_id is null)::int as added, count(*) filter (b.row_id is null)::int as removed,
            count(*) filter (a.row_hash <> b.row_hash)::int as changed
     from (select row_id, row_hash from ${before.relation}) a
     full join (select row_id, row_hash from ${after.relation}) b on a.row_id = b.row_id`
  );
  const retyped = retypedRows(before, after);
  const same = retyped && (await db.row<{n: number}>(`select count(*)::int as n from (${retyped})`));
  return {...found!, changed: found!.changed - (same ? same.n : 0)};
}

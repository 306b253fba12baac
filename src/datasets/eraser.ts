import {existsSync} from "node:fs";
import {readdir, rm, stat} from "node:fs/promises";
import {join} from "node:path";
import {
  type Database,
  readJson,
  type RunManifest,
  type SplitManifest,
  sqlName,
  sqlString,
  type VersionManifest,
  writeJsonAtomic,
  writeParquet
} from "../store/index.js";
import {NEAR_DUPLICATES_FILE} from "./duplicates/index.js";
import {REJECTED_FILE} from "./filters/index.js";
import {tombstoneHash} from "./tombstones.js";

/** Takes the rows whose hashes are in the table `erased` out of what the store holds. */
export class Eraser {
  /** @param hash SQL of a row's hash, compared with those in the table `erased`. */
  constructor(
    private readonly db: Database,
    private readonly hash: string,
    private readonly note: {at: string; reason: string}
  ) {}

  /** Rows erased from a version, those that filters had dropped among them; its other files lose theirs too. */
  async version(folder: string): Promise<number> {
    const erased = await this.rows(join(folder, "rows.parquet"), "without");
    const rejected = await this.rows(join(folder, REJECTED_FILE), "without");
    await this.rows(join(folder, "ledger.parquet"), "without");
    // Clusters are named for their rows: they are found again without those that went.
    if (erased > 0)
      for (const name of await readdir(folder))
        if (name.startsWith(NEAR_DUPLICATES_FILE)) await rm(join(folder, name));
    const file = join(folder, "manifest.json");
    const manifest = await readJson<VersionManifest>(file);
    if (erased + rejected > 0 && manifest)
      await writeJsonAtomic(file, {
        ...manifest,
        ...(rejected > 0 ? await this.rejectedCounts(folder, manifest) : {}),
        rows: manifest.rows - erased,
        bytes: (await stat(join(folder, "rows.parquet"))).size,
        purged: [...(manifest.purged ?? []), {rows: erased + rejected, ...this.note}]
      });
    return erased + rejected;
  }

  private async rejectedCounts(folder: string, {filters = {}}: VersionManifest) {
    const counts = await this.db.rows<{filter: string; n: number}>(
      `select rejected_by as filter, count(*)::int as n from read_parquet(${sqlString(join(folder, REJECTED_FILE))}) group by 1`
    );
    const left = (name: string) => counts.find(({filter}) => filter === name)?.n ?? 0;
    return {
      rejected: counts.reduce((sum, {n}) => sum + n, 0),
      filters: Object.fromEntries(
        Object.entries(filters).map(([name, filter]) => [name, {...filter, rejected: left(name)}])
      )
    };
  }

  /** @param folderOf the folder of a version, whose rows are already erased */
  async split(folder: string, folderOf: (version: string) => string): Promise<boolean> {
    const parts = join(folder, "parts.parquet");
    if ((await this.rows(parts, "without")) === 0) return false;
    const file = join(folder, "manifest.json");
    const manifest = await readJson<SplitManifest>(file);
    const counts = await this.db.rows<{part: string; n: number}>(
      `select part, count(*)::int as n from read_parquet(${sqlString(parts)}) group by part order by part`
    );
    if (manifest) {
      const {labels, ...rest} = manifest;
      await writeJsonAtomic(file, {
        ...rest,
        counts: Object.fromEntries(counts.map(({part, n}) => [part, n])),
        ...(labels ? await this.labels(labels, parts, folderOf(manifest.version)) : {})
      });
    }
    return true;
  }

  /** A label may be a row's own words: those that no row has any more go. None when the version's rows are gone. */
  private async labels(labels: NonNullable<SplitManifest["labels"]>, parts: string, version: string) {
    const manifest = await readJson<VersionManifest>(join(version, "manifest.json"));
    const rows = join(version, "rows.parquet");
    if (!manifest?.label || !existsSync(rows)) return {};
    const label = `r.${sqlName(manifest.label)}`;
    const counted = await this.db.rows<{part: string; label: string; n: number}>(
      `select p.part, ${label}::varchar as label, count(*)::int as n
       from read_parquet(${sqlString(parts)}) p join read_parquet(${sqlString(rows)}) r using (row_id)
       where ${label} is not null group by all`
    );
    const left = (part: string, label: string) =>
      counted.find((one) => one.part === part && one.label === label)?.n ?? 0;
    const kept = Object.entries(labels).map(([part, counts]) => [
      part,
      Object.fromEntries(
        Object.keys(counts).flatMap((label) => (left(part, label) > 0 ? [[label, left(part, label)]] : []))
      )
    ]);
    return {labels: Object.fromEntries(kept) as SplitManifest["labels"]};
  }

  /** What a person accepted of an erased row names it by its id. */
  async acceptances(file: string, salt: string): Promise<void> {
    const kept = await readJson<{accepted: {row?: string}[]}>(file);
    if (!kept) return;
    const named = kept.accepted.flatMap(({row}) => (row === undefined ? [] : [row]));
    const gone = new Set<string>();
    for (const row of named) {
      const found = await this.db.row(
        `select 1 from erased where hash = ${tombstoneHash({salt}, "$row::varchar")}`,
        {row}
      );
      if (found) gone.add(row);
    }
    const accepted = kept.accepted.filter(({row}) => row === undefined || !gone.has(row));
    if (gone.size > 0) await writeJsonAtomic(file, {...kept, accepted});
  }

  /** Scores stay: they say nothing about a person. What was asked, expected and answered goes. */
  async run(folder: string, manifest: RunManifest): Promise<boolean> {
    const nothing = (...columns: string[]) => columns.map((column) => `null as ${column}`).join(", ");
    const erased = await this.rows(
      join(folder, "items.parquet"),
      `replace (@id as row_id, '' as row_hash, '{}' as slices, ${nothing("cluster", "expected", "excerpt")})`
    );
    const completions = await this.rows(
      join(folder, "completions.parquet"),
      `replace (@id as row_id, '' as key, ${nothing("output", "tool_calls", "logprobs")}, case when reason is not null then 'erased' end as reason)`
    );
    await this.rows(
      join(folder, "scores.parquet"),
      `replace (@id as row_id, '' as key, null as details, case when reason is not null then 'erased' end as reason)`
    );
    if (erased + completions === 0) return false;
    await writeJsonAtomic(join(folder, "manifest.json"), {
      ...manifest,
      purged: [...(manifest.purged ?? []), {rows: erased, ...this.note}]
    });
    return true;
  }

  /** Writes a file again without its erased rows, or with these columns of theirs replaced; how many there were. */
  async rows(file: string, action: string): Promise<number> {
    if (!existsSync(file)) return 0;
    const source = `read_parquet(${sqlString(file)})`;
    const columns = await this.db.rows<{column_name: string}>(`describe select * from ${source}`);
    if (!columns.some(({column_name}) => column_name === "row_id")) return 0;
    const gone = `${this.hash} in (select hash from erased)`;
    const found = await this.db.row<{n: number}>(`select count(*)::int as n from ${source} where ${gone}`);
    if (!found?.n) return 0;
    const kept = `select * from ${source} where not (${gone})`;
    // Prefixed, so that it is nobody's row id and two tables of a run still join.
    const id = `'erased-' || ${this.hash}[1:16]`;
    const blank = `select * ${action.replaceAll("@id", id)} from ${source} where ${gone}`;
    await writeParquet(this.db, file, action === "without" ? kept : `${kept} union all by name ${blank}`);
    return found.n;
  }
}

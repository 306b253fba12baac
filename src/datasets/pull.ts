import {copyFile, mkdir, rename, rm, stat} from "node:fs/promises";
import {join} from "node:path";
import {
  type Database,
  datasetKey,
  downloadsDir,
  getJson,
  hashJson,
  type Held,
  latestVersion,
  messageOf,
  openDatabase,
  type Origin,
  parquetFile,
  plainSql,
  pointToLatest,
  readAcceptances,
  readTombstones,
  type RedactionRules,
  readVersion,
  type Stage,
  sweepTemporary,
  temporaryPath,
  unfinishedPurges,
  unfinishedPurgeText,
  UserError,
  type VersionFile,
  versionKey,
  type VersionManifest,
  type VersionName,
  type Workspace,
  writeParquet,
  writeVersion
} from "../store/index.js";
import {assertPlainSql} from "./plainSql.js";
import {holdOutEdited} from "./heldOutEdited.js";
import {forgetSecrets} from "./forgetSecrets.js";
import {heldOutElsewhere} from "./heldOutElsewhere.js";
import {assertHeldOutKnown} from "./heldOutKnown.js";
import {appended, formerRows} from "./append.js";
import {assertDataset, type DatasetDefinition} from "./define.js";
import {commitVersion} from "./commitVersion.js";
import {changesSince} from "./diff.js";
import {applyFilters, REJECTED_FILE} from "./filters/index.js";
import {idFormOf} from "./idForm.js";
import {contentIdentity, idsDiffer} from "./identity.js";
import {
  assertColumnNames,
  describeColumns,
  FINDINGS,
  numberEqualRows,
  ownColumns,
  rowQuery
} from "./rowQuery.js";
import {knownVersion, sourceKeyOf} from "./knownVersion.js";
import {withKnownIds} from "./logIds.js";
import {areRedacted, withoutErasedSources} from "./erasedSources.js";
import {
  type FormerRedactor,
  foundRows,
  redactFormer,
  redactRows,
  type Redactor,
  splitFindings
} from "./redaction.js";
import {rulesOf, sameRules} from "./redactionRules.js";
import {writeSkipped} from "./skipped.js";
import {assertSound} from "./soundness.js";
import {statedMembers} from "./statedMembers.js";
import {isSameOrigin, noteOrigin, originOf} from "./origin/index.js";
import {
  type BrokenLine,
  brokenText,
  fingerprintOf,
  lineCount,
  sourceRelation,
  type SourceRelation,
  type Transfer
} from "./sources/index.js";
import {leaveOutErased} from "./tombstones.js";

export interface PullOptions {
  /** Leave out lines of CSV and JSONL files that cannot be read, and keep a list of them beside the version. */
  skipBad?: boolean;
  /** Wait this long for another pull of the same dataset; default 60 s. */
  waitMs?: number;
  /** Deals with personal data before anything is stored; needed where the definition has `privacy`. */
  redactor?: Redactor;
  /** Makes one of rules that were in force before; needed where rows were erased under these. */
  formerRedactor?: (rules: RedactionRules) => FormerRedactor;
  onProgress?: (message: string) => void;
  /** Told at every piece of a file that comes over the network. */
  onTransfer?: (transfer: Transfer) => void;
  /** How long a server may send nothing inside its answer, in ms, before a file is asked for again; default 60 s, and five times as long before it. */
  idleMs?: number;
  now?: () => Date;
}

export interface PullResult {
  version: VersionManifest;
  /** False when the newest version already had exactly these rows. */
  changed: boolean;
  /** True when these rows are those of an older version, which is the current one again. */
  again?: boolean;
  /** Lines left out; only with `skipBad`. */
  skipped?: BrokenLine[];
}

/** Most memory DuckDB takes before it writes to disk: a pull stays below 2 GB whatever the size of its source. */
const MEMORY = "1200MB";

/**
 * Reads a dataset's source into a version. The version's id is a hash of its columns and of the multiset of its
 * rows, so equal content gives the same id in whatever order it was read; an unchanged pull makes nothing new.
 * Nothing appears in the store before the version is whole.
 */
export async function pull(
  workspace: Workspace,
  definition: DatasetDefinition,
  options: PullOptions = {}
): Promise<PullResult> {
  assertDataset(definition);
  if (definition.privacy && !options.redactor)
    throw new Error(`dataset ${definition.name} has privacy rules, and pull was given no redactor`);
  await assertPlainSql(definition);
  const present: DatasetDefinition = {...definition};
  delete present.earlier;
  const {earlier = []} = definition;
  const latest = await latestVersion(workspace, definition.name);
  for (let made = latest ? (latest.earlier ?? earlier.length) : 0; made < earlier.length; made++)
    await pullOne(workspace, earlierState(present, earlier[made]!), options, made + 1);
  return pullOne(workspace, present, options);
}

function earlierState(definition: DatasetDefinition, condition: string): DatasetDefinition {
  return {
    ...definition,
    sql: `select * from (${definition.sql ?? "select * from source"}\n) where (\n${condition}\n)`
  };
}

async function pullOne(
  workspace: Workspace,
  definition: DatasetDefinition,
  options: PullOptions,
  earlier?: number
): Promise<PullResult> {
  return workspace.lease(
    `pull-${definition.name}`,
    {what: `a pull of ${definition.name}`, waitMs: options.waitMs ?? 60_000, onWait: options.onProgress},
    async (held) => {
      await workspace.place.sweep(datasetKey(definition.name));
      await sweepTemporary(workspace.tmpDir);
      await forgetSecrets(workspace, definition.name);
      const fingerprint = await fingerprintOf(definition.source);
      const sourceKey = sourceKeyOf(definition, options.redactor, fingerprint);
      const known = sourceKey && (await knownVersion(workspace, definition.name, sourceKey));
      if (known) {
        await noteOrigin(workspace, definition, fingerprint);
        const version = {...known, ...statedMembers(definition, filteredBefore(definition, known))};
        if (hashJson(version) !== hashJson(known)) await writeVersion(workspace, version);
        return {version, changed: false};
      }
      const stage = await workspace.place.stage(datasetKey(definition.name));
      const scratch = temporaryPath(join(workspace.tmpDir, definition.name));
      await mkdir(scratch, {recursive: true});
      const db = await openDatabase({tmpDir: scratch, memoryLimit: MEMORY});
      try {
        // The rows are a multiset: keeping their order would hold back whole batches in memory.
        await db.run("set preserve_insertion_order = false");
        const origin =
          earlier === undefined ? await originOf(db, workspace.project, definition, fingerprint) : undefined;
        const begun = {stage, scratch, sourceKey, origin, earlier, held};
        return await pullInto(db, workspace, definition, begun, options);
      } finally {
        db.close();
        await stage.discard();
        await rm(scratch, {recursive: true, force: true});
      }
    }
  );
}

/** A source that is not read again has the filters of before: they are part of what it is known by. */
const filteredBefore = ({filters: named}: DatasetDefinition, {rejected, filters}: VersionManifest) =>
  named && rejected !== undefined && filters ? {rejected, filters} : undefined;

interface BegunPull {
  stage: Stage;
  scratch: string;
  sourceKey: string | undefined;
  origin: Origin | undefined;
  earlier: number | undefined;
  held: Held;
}

async function pullInto(
  db: Database,
  workspace: Workspace,
  definition: DatasetDefinition,
  {stage, scratch, sourceKey, origin, earlier, held}: BegunPull,
  options: PullOptions
): Promise<PullResult> {
  const name = definition.name;
  const {redactor} = options;
  const source = await sourceRelation(definition.source, {
    dataset: name,
    project: workspace.project,
    db,
    scratch,
    // What is downloaded holds what must not be stored.
    downloads: redactor ? join(scratch, "downloads") : downloadsDir(workspace),
    skipBad: options.skipBad ?? false,
    onProgress: options.onProgress,
    onTransfer: options.onTransfer,
    idleMs: options.idleMs,
    redacted: redactor && ((text) => redactor.text(text))
  });
  const latest = await latestVersion(workspace, name);
  const failed = (doing: string) => (cause: unknown) => explain(name, doing, source, cause, redactor);
  const rowsFile = join(stage.folder, "rows.parquet");
  const rows = parquetFile(rowsFile);
  const relation = await withKnownIds(db, workspace, definition, source, latest?.version).catch(
    failed("reading its columns")
  );
  let pulled = ownColumns(definition, relation);
  await assertColumnNames(db, definition, pulled).catch(failed("reading its columns"));
  const form = await idFormOf(db, workspace, definition, latest?.version);
  const tombstones = await readTombstones(workspace, name);
  const former = latest && {dataset: name, id: latest.version};
  for (const one of await unfinishedPurges(workspace, name))
    options.onProgress?.(`! ${unfinishedPurgeText(one)}`);
  const rulesBefore = former ? await rulesOf(workspace, former) : null;
  let erased = 0;
  if (areRedacted(tombstones, redactor, rulesBefore)) {
    const {formerRedactor, onProgress: tell} = options;
    const rows = {query: pulled, workspace, definition, form, scratch, redactor, formerRedactor, tombstones};
    const known = withoutErasedSources(db, {...rows, before: former, held, tell});
    ({query: pulled, erased} = await known.catch(failed("reading its rows")));
  } else if (redactor)
    pulled = await redactRows(db, name, pulled, redactor, scratch).catch(failed("reading its rows"));
  if (definition.append && former) {
    const formerly = redactor
      ? await redactFormer(db, {workspace, version: former, scratch}, redactor)
      : await formerRows(workspace, former);
    const named = definition.id === undefined ? undefined : {name: definition.id, form};
    pulled = await appended(db, pulled, formerly, named, redactor && FINDINGS).catch(
      failed("reading its columns")
    );
  }
  const query = await rowQuery(db, definition, pulled, form).catch(failed("reading its columns"));
  await writeParquet(db, rowsFile, query).catch(failed("reading its rows"));
  if (erased === 0 && (await isEmpty(db, rows)))
    throw new UserError(`dataset ${name}: its source has no rows, so there is no version to make.`);
  if (!definition.id && !(await idsDiffer(db, rows))) {
    const once = join(scratch, "once.parquet");
    await rename(rowsFile, once);
    await writeParquet(db, rowsFile, numberEqualRows(parquetFile(once), redactor && FINDINGS));
  }
  const rejectedFile = join(stage.folder, REJECTED_FILE);
  erased += await leaveOutErased(db, workspace, name, {file: rowsFile, text: definition.text});
  if (erased > 0) options.onProgress?.(`${erased} of its rows were erased from the store, and are left out`);
  const filtered = await applyFilters(db, definition, rowsFile, rejectedFile);
  const findingsFile = redactor && (await splitFindings(db, rowsFile, rejectedFile, scratch));
  await assertSound(db, definition, rows, await idsDiffer(db, rows));
  if (latest) {
    const found = filtered ? [rows, parquetFile(rejectedFile)] : [rows];
    const otherRules = !sameRules(rulesBefore, redactor?.rules ?? null);
    await assertHeldOutKnown(db, workspace, definition, {before: latest.version, otherRules}, found);
    const replaced = await heldOutAgain(db, workspace, definition, latest.version, found);
    if (replaced !== undefined) options.onProgress?.(replaced);
  }
  const elsewhere = await heldOutElsewhere(db, workspace, definition, rows);
  if (elsewhere !== undefined) options.onProgress?.(elsewhere);
  const columns = await describeColumns(db, `select * from ${rows}`);
  const identity = await contentIdentity(db, rows);
  const idColumn = definition.id ?? null;
  const sha256 = hashJson({columns, id: idColumn, ...identity});
  const id = sha256.slice(0, 16);
  const own = {dataset: name, id};
  const parent = latest && latest.version !== id ? latest.version : undefined;
  const pulledAt = (options.now?.() ?? new Date()).toISOString();
  const described = {...source.describe, skippedLines: lineCount(source.skipped ?? []) || undefined};
  const skipped = source.skipped ? {skipped: source.skipped} : {};
  const stated = statedMembers(definition, filtered);
  if (redactor && findingsFile && !(await hasLedger(workspace, own, redactor.fingerprint))) {
    const facts = {...own, rows: identity.rows, columns};
    const accepted = await readAcceptances(workspace, name);
    await redactor.writeLedger(db, stage.folder, facts, {found: foundRows(db, findingsFile), accepted});
  }
  await writeSkipped(db, stage.folder, source.skipped);
  const point = async () => {
    await held.confirm();
    await pointToLatest(workspace, name, {version: id, pulledAt, sourceKey, earlier, origin});
  };
  const before = await readVersion(workspace, own);
  if (before) {
    // The rows are the same, but the definition may say other things of them than it did.
    const version = {...before, ...stated, source: described, idColumn};
    await held.confirm();
    for (const file of BESIDE_ROWS) await putStaged(workspace, stage, own, file);
    for (const file of FOUND_ANEW)
      if (!(await exists(join(stage.folder, file)))) await workspace.place.remove(versionKey(own, file));
    if (hashJson(version) !== hashJson(before)) await writeVersion(workspace, version);
    const isPointed = latest?.version === id && latest.earlier === earlier && isSameOrigin(latest, origin);
    if (!isPointed || sourceKey) await point();
    const changed = latest?.version !== id;
    return {version, changed, again: changed && latest !== undefined ? true : undefined, ...skipped};
  }
  const manifest: VersionManifest = {
    kind: "version",
    schemaVersion: 1,
    dataset: name,
    id,
    sha256,
    idColumn,
    rows: identity.rows,
    columns,
    pulledAt,
    source: described,
    bytes: (await stat(rowsFile)).size,
    parent: parent || undefined,
    changes: parent
      ? await changesSince(db, workspace, {dataset: name, id: parent}, {relation: rows, columns})
      : undefined,
    ...stated
  };
  await commitVersion(workspace, {stage, held}, manifest, "pull");
  await point();
  return {version: manifest, changed: true, ...skipped};
}

/** What is said of held-out rows that were edited in a source without ids. */
async function heldOutAgain(
  db: Database,
  workspace: Workspace,
  {name, id, text, append = false}: DatasetDefinition,
  before: string,
  relations: readonly string[]
): Promise<string | undefined> {
  if (id !== undefined) return undefined;
  const edited = await holdOutEdited(db, workspace, {dataset: name, text, before, append}, relations);
  if (edited === 0) return undefined;
  return append
    ? `${edited} new rows read more like held-out rows than like open ones: they may be edited copies of them, and are held out too`
    : `held-out rows are gone from the source, and ${edited} new rows read much like them: these are held out in their places`;
}

/** What a pull may find out anew of a version that is there; the summary last, it says that the ledger is whole. */
const BESIDE_ROWS = ["rejected.parquet", "rejects.parquet", "ledger.parquet", "ledger.json"] as const;

/** What a pull that does not write it has found none of. */
const FOUND_ANEW = [REJECTED_FILE, "rejects.parquet"] as const;

async function putStaged(
  workspace: Workspace,
  stage: Stage,
  version: VersionName,
  file: VersionFile
): Promise<void> {
  const from = join(stage.folder, file);
  if (await exists(from))
    await workspace.place.putFile(versionKey(version, file), (path) => copyFile(from, path));
}

async function isEmpty(db: Database, rows: string): Promise<boolean> {
  return (await db.row(`select 1 as one from ${rows} limit 1`)) === undefined;
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false
  );

/** Whether a version has the ledger that a redaction would write again. */
async function hasLedger(workspace: Workspace, version: VersionName, redaction: string): Promise<boolean> {
  const before = await getJson<{redaction?: string}>(workspace, versionKey(version, "ledger.json"));
  return (
    before?.redaction === redaction && (await workspace.place.has(versionKey(version, "ledger.parquet")))
  );
}

/** The lines that broke the read, where they can be told; otherwise the first line of what DuckDB says. */
async function explain(
  name: string,
  doing: string,
  source: SourceRelation,
  cause: unknown,
  redactor: Redactor | undefined
): Promise<never> {
  if (cause instanceof UserError) throw cause;
  const broken =
    (await source.broken?.().catch((error: unknown) => {
      if (error instanceof UserError) throw error;
    })) ?? [];
  const said = plainSql(messageOf(cause));
  throw new UserError(
    broken.length > 0
      ? `dataset ${name}: ${doing} failed: ${brokenText(name, broken, true)}`
      : `dataset ${name}: ${doing} failed: ${redactor ? redactor.text(said) : said}. No version was made.`,
    redactor ? {} : {cause}
  );
}

import {rename} from "node:fs/promises";
import {join} from "node:path";
import {
  type Database,
  downloadsDir,
  type IdForm,
  inboxOf,
  type Latest,
  latestVersion,
  parquetFile,
  readTombstones,
  readVersion,
  unfinishedPurges,
  unfinishedPurgeText,
  type VersionName,
  writeParquet
} from "../../../base/store/index.js";
import {UserError} from "../../../base/validation/index.js";
import {appended, formerRows} from "../append.js";
import type {DatasetDefinition, Sensitivity} from "../define.js";
import {describeColumns} from "../describeColumns.js";
import {areRedacted, withoutErasedSources} from "../erasedSources.js";
import {applyFilters, type Filtered, REJECTED_FILE} from "../filters/index.js";
import {idsDiffer} from "../identity.js";
import {idFormOf} from "../idForm.js";
import {withKnownIds} from "../logIds.js";
import {redactFormer, redactRows, splitFindings} from "../redaction.js";
import {type Rules, rulesOf} from "../redactionRules.js";
import {assertColumnNames, FINDINGS, numberEqualRows, ownColumns, rowQuery} from "../rowQuery.js";
import {sourceRelation, type SourceRelation, TRACE_FACTS} from "../sources/index.js";
import {strictest} from "../strictest.js";
import {leaveOutErased} from "../tombstones.js";
import {explain} from "./explain.js";
import type {BegunPull} from "./options.js";

const ORDER: readonly Sensitivity[] = ["public", "internal", "personal"];

/** A definition with what its source says of the rows where it says nothing itself, and no less strict than that. */
function asStatedBy({stated}: SourceRelation, definition: DatasetDefinition): DatasetDefinition {
  if (!stated) return definition;
  const {sensitivity = "internal", publish} = stated;
  const own = definition.sensitivity ?? sensitivity;
  return {
    // The definition's SQL may make other columns.
    ...(definition.sql === undefined ? stated : {licence: stated.licence}),
    ...definition,
    sensitivity: ORDER.indexOf(own) > ORDER.indexOf(sensitivity) ? own : sensitivity,
    publish: publish === undefined ? definition.publish : strictest(publish, definition.publish)
  };
}

/** A source's rows as a version will hold them, in the stage's folder. */
export interface StagedRows {
  source: SourceRelation;
  /** The version before, whose rows may be these. */
  latest: Latest | undefined;
  /** The rules for personal data of that version. */
  rulesBefore: Rules;
  file: string;
  /** The relation of `file`. */
  rows: string;
  /** What the filters dropped, into the file `REJECTED_FILE`; undefined without filters. */
  filtered: Filtered | undefined;
  /** What was found of personal data; undefined without a redactor. */
  findingsFile: string | undefined;
}

/** A read of the source under way: `failed` explains what went wrong while something was done. */
interface SourceRead {
  source: SourceRelation;
  form: IdForm;
  former: VersionName | undefined;
  rulesBefore: Rules;
  failed(doing: string): (cause: unknown) => Promise<never>;
}

/** Sources whose rows come again, later and with more in them. */
const TELLS_IDS: ReadonlySet<string> = new Set(["langfuse", "langsmith", "phoenix", "received"]);

/** Reads the source: redacted, without rows that were erased or filtered out. Throws UserError where it cannot be read, or has no rows. */
export async function stageRows(begun: BegunPull): Promise<StagedRows> {
  const {db, workspace, options, stage, scratch} = begun;
  const {name} = begun.definition;
  const {redactor} = options;
  const latest = await latestVersion(workspace, name);
  const source = await openSource(begun, latest);
  const definition = (begun.definition = asStatedBy(source, begun.definition));
  const failed = (doing: string) => (cause: unknown) => explain(name, doing, source, cause, redactor);
  const relation = await withKnownIds(db, workspace, definition, source, latest?.version).catch(
    failed("reading its columns")
  );
  const own = ownColumns(definition, relation);
  await assertColumnNames(db, definition, own).catch(failed("reading its columns"));
  const form = await idFormOf(db, workspace, definition, latest?.version);
  const former = latest && {dataset: name, id: latest.version};
  const rulesBefore = former ? await rulesOf(workspace, former) : null;
  for (const one of await unfinishedPurges(workspace, name))
    options.onProgress?.(`! ${unfinishedPurgeText(one)}`);
  const reading = {source, form, former, rulesBefore, failed};
  const {query: open, erased: erasedSources} = await redactedRows(begun, reading, own);
  const all = await withFormerRows(begun, reading, open);
  const query = await rowQuery(db, definition, all, form).catch(failed("reading its columns"));
  const file = join(stage.folder, "rows.parquet");
  const rows = parquetFile(file);
  await writeParquet(db, file, query).catch(failed("reading its rows"));
  if (erasedSources === 0 && (await isEmpty(db, rows)))
    throw new UserError(`dataset ${name}: its source has no rows, so there is no version to make.`);
  if (!definition.id && !(await idsDiffer(db, rows))) {
    const once = join(scratch, "once.parquet");
    await rename(file, once);
    await writeParquet(db, file, numberEqualRows(parquetFile(once), redactor && FINDINGS));
  }
  const erased = erasedSources + (await leaveOutErased(db, workspace, name, {file, text: definition.text}));
  if (erased > 0) options.onProgress?.(`${erased} of its rows were erased from the store, and are left out`);
  const rejectedFile = join(stage.folder, REJECTED_FILE);
  const filtered = await applyFilters(db, definition, file, rejectedFile);
  const findingsFile = redactor && (await splitFindings(db, file, rejectedFile, scratch));
  return {source, latest, rulesBefore, file, rows, filtered, findingsFile};
}

async function openSource(
  {db, workspace, definition, options, scratch}: BegunPull,
  latest: Latest | undefined
): Promise<SourceRelation> {
  const {redactor} = options;
  const {name: dataset, append, id, sql} = definition;
  const before = latest && append ? await readVersion(workspace, {dataset, id: latest.version}) : undefined;
  if (append && id === undefined && TELLS_IDS.has(definition.source.kind))
    throw new UserError(
      `dataset ${dataset}: \`append\` with a source of kind "${definition.source.kind}" needs \`id: "id"\`: a call that comes again replaces its row.`
    );
  return sourceRelation(definition.source, {
    dataset,
    project: workspace.project,
    db,
    workspace,
    scratch,
    // What is downloaded holds what must not be stored.
    downloads: redactor ? join(scratch, "downloads") : downloadsDir(workspace),
    skipBad: options.skipBad ?? false,
    inbox: inboxOf(workspace, dataset),
    growth: append ? {before: before?.source, hasSql: sql !== undefined} : undefined,
    redactor,
    onProgress: options.onProgress,
    onTransfer: options.onTransfer,
    idleMs: options.idleMs,
    redacted: redactor && ((text) => redactor.text(text))
  });
}

/** The query for the source's rows as they may be stored, and how many of them were erased before by other rules. */
async function redactedRows(
  {db, workspace, definition, options, scratch, held}: BegunPull,
  {source, form, former, rulesBefore, failed}: SourceRead,
  query: string
): Promise<{query: string; erased: number}> {
  // Rows that were erased are known by their ids, and left out below.
  if (source.redacted && !definition.sql) return {query: `select * from ${source.redacted}`, erased: 0};
  const {redactor, formerRedactor, onProgress: tell} = options;
  const tombstones = await readTombstones(workspace, definition.name);
  if (areRedacted(tombstones, redactor, rulesBefore)) {
    const rows = {query, workspace, definition, form, scratch, redactor, formerRedactor, tombstones};
    return withoutErasedSources(db, {...rows, before: former, held, tell}).catch(failed("reading its rows"));
  }
  if (!redactor) return {query, erased: 0};
  const redacted = redactRows(db, definition.name, query, redactor, scratch);
  return {query: await redacted.catch(failed("reading its rows")), erased: 0};
}

/** With the rows of the version before, where the dataset appends to them. */
async function withFormerRows(
  {db, workspace, definition, options: {redactor}, scratch}: BegunPull,
  {source, form, former, failed}: SourceRead,
  query: string
): Promise<string> {
  if (!definition.append || !former) return query;
  const formerly = redactor
    ? await redactFormer(db, {workspace, version: former, scratch}, redactor)
    : await formerRows(workspace, former);
  const named = definition.id === undefined ? undefined : {name: definition.id, form};
  const all = await appended(db, query, formerly, named, redactor && FINDINGS).catch(
    failed("reading its columns")
  );
  return source.facts ? withFacts(db, all, source.facts) : all;
}

/** What became known of a trace reaches its rows that lack it; where SQL made other columns, nothing does. */
async function withFacts(db: Database, rows: string, facts: string): Promise<string> {
  const names = (await describeColumns(db, rows)).map(({name}) => name);
  const lacking = TRACE_FACTS.filter((name) => names.includes(name));
  if (!names.includes("trace") || lacking.length === 0) return rows;
  const known = [...TRACE_FACTS]
    .map((name) => `max(${names.includes(name) ? name : "null"}) as ${name}`)
    .join(", ");
  const own = `select trace, ${known} from (${rows}) where trace is not null group by trace`;
  const all = `select trace, ${TRACE_FACTS.map((name) => `max(${name}) as ${name}`).join(", ")} from (${own} union all by name from ${facts}) group by trace`;
  const filled = lacking.map((name) => `coalesce(r.${name}, t.${name}) as ${name}`).join(", ");
  return `select r.* replace (${filled}) from (${rows}) r left join (${all}) t on r.trace = t.trace`;
}

async function isEmpty(db: Database, rows: string): Promise<boolean> {
  return (await db.row(`select 1 as one from ${rows} limit 1`)) === undefined;
}

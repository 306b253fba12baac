import {join} from "node:path";
import {UserError} from "../../base/validation/index.js";
import {
  type Database,
  type HeldLease,
  type IdForm,
  idText,
  parquetFile,
  readVersions,
  type RedactionRules,
  sqlName,
  type Tombstones,
  type VersionName,
  type Workspace,
  writeParquet,
  writeTombstones
} from "../../base/store/index.js";
import type {DatasetDefinition} from "./define.js";
import {keyless} from "./keyless.js";
import {jsonOf} from "./purgeCondition.js";
import {redacted} from "./redaction.js";
import type {FormerRedactor, Redactor} from "./redactor.js";
import {type Rules, rulesOf, sameRules} from "./redactionRules.js";
import {rowForm} from "./rowForm.js";
import {describeColumns} from "./describeColumns.js";
import {FINDINGS, rowHash, SOURCE_ROW} from "./rowQuery.js";
import {erasedAmong} from "./tombstones.js";

export interface SourceRows {
  workspace: Workspace;
  definition: DatasetDefinition;
  /** The query for the dataset's own columns, as the source has them. */
  query: string;
  form: IdForm;
  scratch: string;
  redactor: Redactor | undefined;
  formerRedactor?: (rules: RedactionRules) => FormerRedactor;
  tombstones: Tombstones;
  /** The version before. */
  before: VersionName | undefined;
  held: HeldLease;
  tell?: (message: string) => void;
}

/** Numbers of erased rows of the source. Not temporary: streams read it through connections of their own. */
const ERASED_SOURCES = "erased_sources";

/**
 * The source's rows as they will be stored, without those that were erased, which tombstones know as versions held them: by
 * whichever rules for personal data these were made. Rows are held against tombstones as they come, by the rules of then and by
 * those of now. What is found is known from then on as it came, whatever the rules will be. Throws UserError where rows differ
 * from erased ones by pseudonyms of another key alone, and are more than were erased.
 * @returns the query for the rows, and how many were left out
 */
export async function withoutErasedSources(
  db: Database,
  source: SourceRows
): Promise<{query: string; erased: number}> {
  const {definition, scratch, redactor} = source;
  const raw = join(scratch, "source.parquet");
  await writeParquet(db, raw, `select *, row_number() over () as ${SOURCE_ROW} from (${source.query})`);
  const former = await formerRules(source);
  await db.run(`create or replace table ${ERASED_SOURCES} (n bigint)`);
  await eraseBy(db, source, parquetFile(raw));
  const keyed: string[] = [];
  for (const rules of former) keyed.push(...(await eraseByFormer(db, source, raw, rules)));
  const dataset = definition.name;
  const present = redactor
    ? await redacted(db, raw, {dataset, redactor, except: SOURCE_ROW})
    : parquetFile(raw);
  if (redactor) await eraseBy(db, source, present);
  if (redactor) keyed.push(present);
  const {n} = (await db.row<{n: number}>(`select count(distinct n)::double as n from ${ERASED_SOURCES}`))!;
  if (n > 0) await keepSources(db, source, parquetFile(raw), keyed);
  return {
    query: `select * exclude (${SOURCE_ROW}) from ${present} where ${SOURCE_ROW} not in (select n from ${ERASED_SOURCES})`,
    erased: n
  };
}

/** Whether a source is to be held against tombstones as `withoutErasedSources` does it. */
export function areRedacted(tombstones: Tombstones, redactor: Redactor | undefined, before: Rules): boolean {
  const {rows, redactions = []} = tombstones;
  return rows.length > 0 && (redactor !== undefined || before !== null || redactions.some(Boolean));
}

/**
 * The rules by which erased rows are known and that are not those of now. Rows that were erased before tombstones kept them are
 * known by those of the versions that stand. Says what cannot be told when the rules have just changed.
 */
async function formerRules(source: SourceRows): Promise<RedactionRules[]> {
  const {workspace, definition, redactor, tombstones, before, tell} = source;
  const now = redactor?.rules ?? null;
  const then = before ? await rulesOf(workspace, before) : null;
  const list = tombstones.redactions ?? [];
  const untold = tombstones.rows.filter(({redactions}) => redactions === undefined).length;
  const known = tombstones.rows
    .map(({redactions = []}) => redactions.map((place) => list[place] ?? null))
    .filter((rules) => rules.length > 0 && !rules.some((one) => one === null || sameRules(one, now)))
    .flat() as RedactionRules[];
  const standing: Rules[] = [];
  if (untold > 0)
    for (const version of await readVersions(workspace, definition.name))
      standing.push(await rulesOf(workspace, version));
  const wanted = [...known, ...standing.filter((rules) => rules !== null)];
  if (untold > 0 && !sameRules(then, now))
    tell?.(
      `! ${definition.name}: ${count(untold, "row")} of it ${untold === 1 ? "was" : "were"} erased by a release of Assay that did not keep by which \`privacy\` rules rows were stored. Where these were others than those of the versions that stand, such rows come back: look for them, and purge them again`
    );
  return wanted.filter(
    (rules, i) => !sameRules(rules, now) && wanted.findIndex((one) => sameRules(one, rules)) === i
  );
}

const count = (n: number, what: string) => `${n} ${what}${n === 1 ? "" : "s"}`;

/** Gives the relation of the rows by these rules, where the key is at hand. */
async function eraseByFormer(
  db: Database,
  source: SourceRows,
  raw: string,
  rules: RedactionRules
): Promise<string[]> {
  const {definition, redactor, formerRedactor, before, workspace, tell} = source;
  if (!formerRedactor)
    throw new Error(
      `rows of ${definition.name} were erased under other privacy rules, and pull was given no formerRedactor`
    );
  const {redactor: made, hasKey, hasRecognizers} = formerRedactor(rules);
  const isNew = !before || !sameRules(await rulesOf(workspace, before), redactor?.rules ?? null);
  if (isNew && !hasRecognizers)
    tell?.(
      `! ${definition.name}: rows of it were erased as other recognisers of personal data had left them. Where those of now find something else in such a row, it comes back: look for it, and purge it again`
    );
  if (isNew && !hasKey)
    tell?.(
      `! ${definition.name}: rows of it were erased under another key of pseudonyms. Such a row is known while it is as it was but for pseudonyms: where it was edited since, it comes back`
    );
  const relation = await redacted(db, raw, {
    dataset: definition.name,
    redactor: made,
    former: true,
    except: SOURCE_ROW
  });
  await eraseBy(db, source, relation);
  if (!hasKey) await eraseKeyless(db, source, relation);
  return hasKey ? [relation] : [];
}

async function ownNames(db: Database, relation: string): Promise<{name: string; type: string}[]> {
  const columns = await describeColumns(db, `select * from ${relation}`);
  return columns.filter(({name}) => name !== SOURCE_ROW && name !== FINDINGS);
}

/** Notes the numbers of those rows of a relation that have tombstones. */
async function eraseBy(
  db: Database,
  {definition: {id, text}, form, tombstones}: SourceRows,
  relation: string
): Promise<void> {
  const columns = await ownNames(db, relation);
  const named = columns.find(({name}) => name === id);
  const own = columns.map(({name}) => sqlName(name)).join(", ");
  const hashed = `(select ${named ? idText(named, form) : "row_hash"} as row_id, *
    from (select ${rowHash(columns.map(({name}) => name))} as row_hash, ${own}, ${SOURCE_ROW} from ${relation}))`;
  const rows = `(select * exclude (${SOURCE_ROW}) from ${hashed})`;
  const erased = await erasedAmong(db, tombstones, {rows, text});
  if (erased !== undefined)
    await db.run(`insert into ${ERASED_SOURCES} select ${SOURCE_ROW} from ${hashed} where ${erased}`);
}

/** The same by what rows hold beside their pseudonyms, which is theirs alone where no more rows have it than were erased. */
async function eraseKeyless(
  db: Database,
  {definition, tombstones}: SourceRows,
  relation: string
): Promise<void> {
  const erased = new Map<string, number>();
  for (const {forms = []} of tombstones.rows)
    for (const form of forms) erased.set(form, (erased.get(form) ?? 0) + 1);
  const found = new Map<string, number[]>();
  for await (const {n, gone, forms} of keylessForms(db, tombstones, relation)) {
    const form = forms.find((one) => erased.has(one));
    if (form === undefined) continue;
    if (gone) erased.set(form, erased.get(form)! - 1);
    else found.set(form, [...(found.get(form) ?? []), n]);
  }
  const missing = [...found].filter(([form]) => erased.get(form)! > 0);
  const open = missing.filter(([form, numbers]) => numbers.length > erased.get(form)!);
  const rows = open.reduce((sum, [, numbers]) => sum + numbers.length, 0);
  if (rows > 0)
    throw new UserError(
      `dataset ${definition.name}: ${rows} rows of the source are like rows that were erased but for their pseudonyms, which had another key: which of them were erased cannot be told. No version was made. Pull once with the key of then: what is left out there stays out under any key. Or leave these rows out in the loader's \`sql\`.`
    );
  const numbers = missing.flatMap(([, some]) => some);
  for (let at = 0; at < numbers.length; at += 1000)
    await db.run(
      `insert into ${ERASED_SOURCES} values ${numbers
        .slice(at, at + 1000)
        .map((n) => `(${n})`)
        .join(", ")}`
    );
}

/** What tombstones may know of a relation's rows with pseudonyms, whatever their key, and whether a row is known to be erased. */
async function* keylessForms(
  db: Database,
  {salt, columns: lists = []}: Tombstones,
  relation: string
): AsyncGenerator<{n: number; gone: boolean; forms: string[]}> {
  const names = (await ownNames(db, relation)).map(({name}) => name);
  const query = `select ${SOURCE_ROW}::double as n, ${SOURCE_ROW} in (select n from ${ERASED_SOURCES}) as gone, ${jsonOf(names)} as held from ${relation}`;
  for await (const batch of db.batches<{n: number; gone: boolean; held: string}>(query))
    for (const {held, ...row} of batch) {
      const unnamed = keyless(JSON.parse(held) as Record<string, unknown>);
      const forms = unnamed ? lists.map((list) => rowForm(salt, list, unnamed)) : [];
      yield {...row, forms: forms.filter((form) => form !== undefined)};
    }
}

/**
 * Erased rows are known as the source has them from now on: by salted hashes, as all that tombstones hold. What they are like but
 * for pseudonyms is needed no more.
 * @param keyed relations of the rows by rules whose key is at hand
 */
async function keepSources(
  db: Database,
  source: SourceRows,
  raw: string,
  keyed: readonly string[]
): Promise<void> {
  const {workspace, definition, tombstones, held: lease} = source;
  const names = (await ownNames(db, raw)).map(({name}) => name).sort();
  const sources = new Set(tombstones.sources);
  const fresh = new Set<number>();
  const query = `select ${SOURCE_ROW}::double as n, ${jsonOf(names)} as held from ${raw} where ${SOURCE_ROW} in (select n from ${ERASED_SOURCES})`;
  for await (const batch of db.batches<{n: number; held: string}>(query))
    for (const {n, held} of batch) {
      const form = rowForm(tombstones.salt, names, JSON.parse(held) as Record<string, unknown>);
      if (form === undefined || sources.has(form)) continue;
      sources.add(form);
      fresh.add(n);
    }
  if (fresh.size === 0) return;
  for (const relation of keyed)
    for await (const {n, forms} of keylessForms(db, tombstones, relation)) {
      const found = fresh.has(n)
        ? tombstones.rows.find((one) => one.forms?.some((form) => forms.includes(form)))
        : undefined;
      if (found) found.forms = found.forms!.filter((form) => !forms.includes(form));
    }
  tombstones.sources = [...sources].sort();
  const lists = (tombstones.columns ??= []);
  if (!lists.some((list) => JSON.stringify(list) === JSON.stringify(names))) lists.push(names);
  await lease.confirm();
  await writeTombstones(workspace, definition.name, tombstones);
}

import {memberOf} from "../../base/validation/memberOf.js";
import {moduleVersion} from "../../base/fingerprint/index.js";
import {KnownTexts} from "../../data/datasets/index.js";
import {
  cleanTable,
  type Contamination,
  contaminationOf,
  formatCount,
  type RowMark,
  type ScoreTable,
  type Selected,
  shownNames
} from "../../evals/decisions/index.js";
import {trainingRecords, type TrainingRecords} from "../../weights/models/index.js";
import {hashJson} from "../../base/system/index.js";
import {
  hasRows,
  isErasedRow,
  modelIdsOf,
  modelsDir,
  readCached,
  type RunManifest,
  type Store,
  type VersionManifest,
  writeCached
} from "../../base/store/index.js";
import {type PartOfRecord, partOfRecord, trainedRowsIn, scoredRows} from "./partOfRecord.js";
import {selectedOn} from "./selectedOn.js";

export interface RunContamination {
  candidates: Contamination[];
  /** Those whose weights were chosen on rows that they are scored on. */
  selected: Selected[];
  /** Why contamination of some candidates cannot be told. */
  unknown: string[];
  /** Marks in the order of the table's rows, by candidate as the table names it. */
  marks: Map<string, RowMark[]>;
  /** Rows that are clean for every candidate with marks. */
  cleanTable: ScoreTable;
}

/** Indexes of as many training sets are kept: one of a hundred thousand rows takes some hundred megabytes. */
const KEPT = 2;

/** The texts that models were trained on, by the query that gives them: the runs of a race are compared with the same. */
export class TrainedTexts {
  private readonly kept = new Map<string, Promise<KnownTexts>>();

  of(store: Store, query: string): Promise<KnownTexts> {
    const known = this.kept.get(query) ?? KnownTexts.of(store, query);
    this.kept.delete(query);
    this.kept.set(query, known);
    for (const oldest of this.kept.keys()) if (this.kept.size > KEPT) this.kept.delete(oldest);
    return known;
  }
}

/**
 * Compares the rows of a run with what each candidate whose weights are in the store was trained on, itself or through its
 * parents: the whole part, when it was trained on some of it. Where the record of a parent, or what a model was trained on, is
 * not in the store or lost rows to a purge, the rows that match nothing are unknown, as erased rows are, and `unknown` says
 * why. Candidates without weights or without a training record have no marks. Undefined when no candidate has one.
 * @param texts what calls for several runs share
 */
export async function runContamination(
  store: Store,
  run: RunManifest,
  table: ScoreTable,
  texts = new TrainedTexts()
): Promise<RunContamination | undefined> {
  const learned = await learnedBy(store, run);
  const {marks, warnings} = await rememberedMarks(store, run, {table, learned, texts});
  if (marks.size === 0) return undefined;
  const candidates = contaminationOf(table, marks);
  return {
    candidates,
    selected: await selectedOn(store, run, table, learned),
    unknown: [...warnings, ...erasedWarnings(table, learned)],
    marks,
    cleanTable: cleanTable(table, marks)
  };
}

interface ContaminationInputs {
  table: ScoreTable;
  /** What is known of the training of each candidate that is a model, by the candidate's name. */
  learned: ReadonlyMap<string, TrainingRecords>;
  texts: TrainedTexts;
}

/** What a purge made unknowable. */
function erasedWarnings(table: ScoreTable, learned: ContaminationInputs["learned"]): string[] {
  const datasets = new Set([...learned.values()].flatMap(({erased}) => erased));
  const warnings = [...datasets].map((dataset) => {
    const [first, ...others] = [...learned]
      .filter(([, {erased}]) => erased.includes(dataset))
      .map(([name]) => name);
    const more =
      others.length === 0
        ? "it"
        : `it and ${others.length} other ${others.length === 1 ? "candidate" : "candidates"}`;
    return `${first}: ${more} learned from rows of ${dataset} that were erased since, so whether rows that match nothing are contaminated cannot be told.`;
  });
  const rows = table.rowIds.filter(isErasedRow).length;
  if (rows > 0)
    warnings.push(
      `${formatCount(rows)} scored ${rows === 1 ? "row was" : "rows were"} erased since, so whether ${rows === 1 ? "it is" : "they are"} contaminated cannot be told.`
    );
  return warnings;
}

interface RunMarks {
  marks: Map<string, RowMark[]>;
  warnings: string[];
}

/** The marks of a sealed run never change, and finding near-duplicates takes seconds: they are kept in the store. */
async function rememberedMarks(
  store: Store,
  run: RunManifest,
  known: ContaminationInputs
): Promise<RunMarks> {
  const {table, learned} = known;
  const key = hashJson([
    moduleVersion(import.meta.url),
    run.planHash,
    [...learned],
    table.candidates,
    table.rowIds
  ]);
  const name = `contamination-${run.id}`;
  const kept = await readCached<{key: string; marks: [string, string][]}>(store.workspace, name);
  if (kept?.key === key)
    return {
      marks: new Map(
        kept.marks.map(([name, letters]) => [name, [...letters].map((letter) => memberOf(MARK_OF, letter)!)])
      ),
      warnings: []
    };
  const found = await findMarks(store, run, known);
  // A warning says that something is missing from the store: it may come back.
  if (found.warnings.length === 0)
    await writeCached(store.workspace, name, {
      key,
      marks: [...found.marks].map(([name, own]) => [name, own.map((mark) => mark[1]).join("")])
    });
  return found;
}

// The second letters of the four words differ.
const MARK_OF: Record<string, RowMark> = {l: "clean", e: "near", o: "contaminated", n: "unknown"};

async function learnedBy(store: Store, run: RunManifest): Promise<Map<string, TrainingRecords>> {
  const learned = new Map<string, TrainingRecords>();
  for (const candidate of run.candidates) {
    const all: TrainingRecords[] = [];
    for (const id of modelIdsOf(candidate))
      all.push(
        await trainingRecords(modelsDir(store.workspace), id).catch(() => ({
          records: [],
          gaps: [{id, name: candidate.name}],
          erased: []
        }))
      );
    if (all.length > 0)
      learned.set(candidate.name, {
        records: all.flatMap(({records}) => records),
        gaps: all.flatMap(({gaps}) => gaps),
        erased: [...new Set(all.flatMap(({erased}) => erased))]
      });
  }
  return learned;
}

async function findMarks(
  store: Store,
  run: RunManifest,
  {table, learned, texts}: ContaminationInputs
): Promise<RunMarks> {
  const version = (await store.versions(run.dataset.name)).find(({id}) => id === run.dataset.version);
  const marks = new Map<string, RowMark[]>();
  const warnings: string[] = [];
  if (!version || !(await hasRows(store.workspace, version))) return {marks, warnings};
  const byTraining = new Map<string, Map<string, RowMark>>();
  for (const [name, {records, gaps, erased}] of learned) {
    const own = new Map<string, RowMark>();
    let whole = gaps.length === 0 && erased.length === 0;
    for (const {name: model, id} of gaps)
      warnings.push(
        `${name}: the record of the model ${model} (${id.slice(0, 8)}) is not in the store, so what it was trained on and contamination cannot be told.`
      );
    for (const record of records) {
      const key = [record.dataset, record.version, record.split, record.part].join("\n");
      let found = byTraining.get(key);
      if (!found) {
        const rows = await partOfRecord(store, record);
        if (rows)
          byTraining.set(key, (found = await marksAgainst(store, run, {version, trained: rows, texts})));
        else {
          whole = false;
          warnings.push(
            `${name}: what it was trained on (${record.dataset}, ${record.part}) is not in the store any more, so contamination cannot be told.`
          );
        }
      }
      for (const [row, mark] of found ?? []) if (own.get(row) !== "contaminated") own.set(row, mark);
    }
    if (records.length > 0 || !whole)
      for (const candidate of shownNames(run, name))
        marks.set(
          candidate,
          table.rowIds.map((row) => own.get(row) ?? (whole && !isErasedRow(row) ? "clean" : "unknown"))
        );
  }
  return {marks, warnings};
}

/** Rows of the run that are not clean. */
async function marksAgainst(
  store: Store,
  run: RunManifest,
  {version, trained, texts}: {version: VersionManifest; trained: PartOfRecord; texts: TrainedTexts}
): Promise<Map<string, RowMark>> {
  const scored = await scoredRows(store, run, version);
  const marks = new Map<string, RowMark>(
    (await trainedRowsIn(store, {version, scored}, trained)).map((row) => [row, "contaminated"])
  );
  if (version.text && trained.version.text) {
    const known = await texts.of(store, trained.query);
    const similar = await known.matches(store, `select row_id, text from (${scored})`);
    for (const [row, {similarity}] of similar)
      if (!marks.has(row)) marks.set(row, similarity === 1 ? "contaminated" : "near");
  }
  return marks;
}

import type {NearDuplicates} from "../datasets/index.js";
import {
  chiSquaredDrift,
  type ChiSquaredDrift,
  jensenShannon,
  populationStability,
  type TwoCounts
} from "../../base/stats/index.js";
import {
  type ColumnRoles,
  type Database,
  measuredRoles,
  type VersionManifest,
  parquetFile
} from "../../base/store/index.js";
import {columnText} from "./columnText.js";
import {measuresEdition} from "./currentMeasures.js";
import {type EmbeddingMeasures, embeddingMeasures} from "./embeddingMeasures.js";
import {nearDuplicateRows} from "./leaks/nearDuplicateRows.js";
import {sameGroup} from "./leaks/sameGroup.js";
import {sameText} from "./leaks/sameText.js";
import {sharedRuns} from "./leaks/sharedRuns.js";
import {shortTexts} from "./leaks/shortTexts.js";
import {type Leakage, leakageOf} from "./leaks/types.js";
import {versionVectors} from "./versionVectors.js";

export interface SplitMeasures extends EmbeddingMeasures {
  edition: string;
  /** The columns that it was measured by. */
  roles: ColumnRoles;
  /** Rows of the test part whose text also stands in the training part, both folded by `plainWords`. */
  exactLeakage?: Leakage;
  /** Rows of the test part with a near-duplicate in the training part (of one cluster with a row there). */
  nearLeakage?: Leakage & {threshold: number};
  /** Rows of the test part that share 13 words in a row with the training part; `long`: rows that have 13 words. */
  ngramLeakage?: Leakage & {long: number};
  /**
   * Short rows of the test part whose TF-IDF vector of character n-grams is close to a short training row's. `searched`: rows
   * looked at, of which `rows` is the count and `share` the share; `short`: rows of the test part that are short.
   */
  shortTextLeakage?: ShortTextLeakage;
  /** Rows of the test part whose group also has rows in the training part. */
  groupLeakage?: Leakage;
  /** DataSAIL's leakage over clusters of near-duplicates, all parts, from 0 to 1. */
  similarityLeakage?: number;
  /** Population stability index of the classes, test against train (0.1: slight, 0.25: strong shift). */
  labelPsi?: number;
  /** Jensen–Shannon distance of the classes, base 2, from 0 to 1. */
  labelJensenShannon?: number;
  /** Pearson's test that test and train have the same class shares. */
  labelChiSquared?: ChiSquaredDrift;
  /** Largest difference of one class's share between test and train, from 0 to 1. */
  labelGap?: number;
}

export interface ShortTextLeakage extends Leakage {
  /** Least cosine of the two. */
  threshold: number;
  searched: number;
  short: number;
}

/** Of so many rows each step takes long enough to be told. */
const LONG_ROWS = 50_000;

export interface MeasureOptions {
  /** Without them what rests on near-duplicates is left out. */
  near: NearDuplicates | undefined;
  onMessage?(text: string): void;
  /** Ends the work between its steps. */
  signal?: AbortSignal;
}

/**
 * What is wrong with a split, as far as it can be told without training on it. `assigned` is a table of row_id, part and
 * group_key, `rows` the version's relation. A measure whose column the dataset does not name is left out.
 */
export async function measureSplit(
  db: Database,
  version: VersionManifest,
  rows: string,
  assigned: string,
  {near, onMessage, signal}: MeasureOptions
): Promise<SplitMeasures> {
  const begin = (what: string) => {
    signal?.throwIfAborted();
    if (version.rows >= LONG_ROWS) onMessage?.(`measuring the split: ${what} of ${version.rows} rows`);
  };
  const measures: SplitMeasures = {edition: measuresEdition(), roles: measuredRoles(version)};
  const compared = {db, rows, assigned};
  if (version.text) {
    begin("equal texts");
    measures.exactLeakage = leakageOf(await sameText(compared, version.text));
    begin("words in a row");
    const runs = await sharedRuns(compared, version.text);
    measures.ngramLeakage = withShare(leakageOf(runs), {long: runs.long});
    begin("short texts");
    const {of: searched, threshold, short, ...twins} = await shortTexts(compared, version.text);
    const share = leakageOf({of: searched, ...twins});
    measures.shortTextLeakage = withShare(share, {threshold, searched, short});
    begin("meanings, where an encoder is installed,");
    Object.assign(
      measures,
      await embeddingMeasures(db, rows, assigned, await versionVectors(db, version, rows))
    );
  }
  signal?.throwIfAborted();
  if (near) {
    const {threshold} = near.settings;
    measures.nearLeakage = withShare(leakageOf(await nearDuplicateRows(compared, near)), {threshold});
    measures.similarityLeakage = await similarityLeakage(db, assigned, near.file);
  }
  if (version.group)
    measures.groupLeakage = leakageOf(await sameGroup(compared, columnText(version, version.group)));
  if (version.label) Object.assign(measures, labelDrift(await labelCounts(db, version, rows, assigned)));
  return measures;
}

function withShare<T extends object>(share: Leakage | undefined, more: T): (Leakage & T) | undefined {
  return share && {...share, ...more};
}

/** Rows per part and class; the held-out part's are not counted. */
export async function labelCounts(
  db: Database,
  version: VersionManifest,
  rows: string,
  assigned: string
): Promise<Record<string, Record<string, number>>> {
  const found = await db.rows<{part: string; label: string; n: number}>(
    `select a.part, r.class as label, count(*)::int as n
     from (select row_id, ${columnText(version, version.label!)} as class from ${rows}) r join ${assigned} a using (row_id)
     where r.class is not null and a.part <> 'held-out' group by all order by all`
  );
  const counts: Record<string, Record<string, number>> = {};
  for (const {part, label, n} of found) (counts[part] ??= {})[label] = n;
  return counts;
}

function labelDrift(
  counts: Record<string, Record<string, number>>
): Pick<SplitMeasures, "labelPsi" | "labelJensenShannon" | "labelChiSquared" | "labelGap"> {
  const {train, test} = counts;
  if (!train || !test) return {};
  const labels = [...new Set([...Object.keys(train), ...Object.keys(test)])];
  const sides: TwoCounts = {
    before: labels.map((label) => train[label] ?? 0),
    after: labels.map((label) => test[label] ?? 0)
  };
  const total = (side: readonly number[]) => side.reduce((sum, n) => sum + n, 0);
  return {
    labelPsi: populationStability(sides),
    labelJensenShannon: jensenShannon(sides),
    labelChiSquared: chiSquaredDrift(sides),
    labelGap: Math.max(
      ...labels.map((_, i) =>
        Math.abs(sides.before[i]! / total(sides.before) - sides.after[i]! / total(sides.after))
      )
    )
  };
}

/**
 * DataSAIL's leakage of a split: similarity of rows in different parts / similarity of all ordered pairs, each row with itself
 * included. Rows of one cluster of near-duplicates count as alike by 1, others by 0. From 0 to 1; undefined without
 * rows.
 */
async function similarityLeakage(db: Database, assigned: string, near: string): Promise<number | undefined> {
  const found = await db.row<{leakage: number | null}>(
    `with sizes as (
       select coalesce(n.cluster, 'row:' || row_id) as cluster, a.part, count(*)::double as n
       from ${assigned} a left join ${parquetFile(near)} n using (row_id) group by all),
     clusters as (select sum(n) * sum(n) as every, sum(n * n) as same from sizes group by cluster)
     select ((sum(every) - sum(same)) / sum(every))::double as leakage from clusters`
  );
  return found?.leakage ?? undefined;
}

import type {NearDuplicates} from "../datasets/index.js";
import {
  chiSquaredDrift,
  type ChiSquaredDrift,
  jensenShannon,
  populationStability,
  type TwoCounts
} from "../stats/index.js";
import {type Database, sqlName, type VersionManifest} from "../store/index.js";
import {type EmbeddingMeasures, embeddingMeasures} from "./embeddingMeasures.js";
import {keyLeakage, type Leakage, nearLeakage, ngramLeakage, similarityLeakage} from "./leakage.js";
import {versionVectors} from "./versionVectors.js";

/** Which measures these are; manifests with an older edition are measured again. */
export const MEASURES_EDITION = 3;

export interface SplitMeasures extends EmbeddingMeasures {
  edition: number;
  /** Rows of the test part whose text also stands in the training part, after folding case and white space. */
  exactLeakage?: Leakage;
  /** Rows of the test part with a near-duplicate in the training part (of one cluster with a row there). */
  nearLeakage?: Leakage;
  /** Rows of the test part that share 13 words in a row with the training part; `long`: rows that have 13 words. */
  ngramLeakage?: Leakage & {long: number};
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

/**
 * What is wrong with a split, as far as it can be told without training on it. `assigned` is a table of row_id, part and
 * group_key, `rows` the version's relation. A measure whose column the data set does not name is left out.
 */
export async function measureSplit(
  db: Database,
  version: VersionManifest,
  rows: string,
  assigned: string,
  near: NearDuplicates | undefined
): Promise<SplitMeasures> {
  const measures: SplitMeasures = {edition: MEASURES_EDITION};
  if (version.text) {
    measures.exactLeakage = await keyLeakage(
      db,
      rows,
      assigned,
      `lower(regexp_replace(trim(r.${sqlName(version.text)}::varchar), '\\s+', ' ', 'g'))`
    );
    measures.ngramLeakage = await ngramLeakage(db, rows, assigned, version.text);
    Object.assign(
      measures,
      await embeddingMeasures(db, rows, assigned, await versionVectors(db, version, rows))
    );
  }
  if (near) {
    measures.nearLeakage = await nearLeakage(db, assigned, near.file);
    measures.similarityLeakage = await similarityLeakage(db, assigned, near.file);
  }
  if (version.group)
    measures.groupLeakage = await keyLeakage(db, rows, assigned, `r.${sqlName(version.group)}::varchar`);
  if (version.label) Object.assign(measures, labelDrift(await labelCounts(db, version, rows, assigned)));
  return measures;
}

/** Rows per part and class; the held-out part's are not counted. */
export async function labelCounts(
  db: Database,
  version: VersionManifest,
  rows: string,
  assigned: string
): Promise<Record<string, Record<string, number>>> {
  // In full below: `label` alone would be another column of that name.
  const name = `r.${sqlName(version.label!)}`;
  const found = await db.rows<{part: string; label: string; n: number}>(
    `select a.part, ${name}::varchar as label, count(*)::int as n from ${rows} r join ${assigned} a using (row_id)
     where ${name} is not null and a.part <> 'sealed' group by all order by all`
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

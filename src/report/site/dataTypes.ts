import type {DriftVerdict, LabelConflict, VersionDiff} from "../../data/datasets/index.js";
import type {LedgerSummary, Recognition} from "../../data/privacy/index.js";
import type {SplitChoice, SplitLeak} from "../../data/splits/index.js";
import type {SplitManifest, VersionManifest} from "../../base/store/index.js";

export type {DriftVerdict, VersionDiff};

/** A figure that was taken, or why it was not. */
export type Measured<T> = ({measured: true} & T) | {measured: false; reason: string};

/** A row as a page may name it. */
export interface ShownRow {
  id: string;
  /** Masked and cut; null where the row's text is not published. */
  excerpt: string | null;
}

/** What one filter dropped, or what could not be read. */
export interface RejectedView {
  filter: string;
  /** What it demands, as written in the dataset's definition. */
  rule?: string;
  rows: number;
  /** Rows that it kept because it could not tell; absent when it always can. */
  undetermined?: number;
  /** The commonest reasons first; few of them. */
  reasons: {reason: string; rows: number}[];
  /** Different reasons in all. */
  reasonCount: number;
  examples: (ShownRow & {reason: string})[];
}

export interface SkippedView {
  lines: number;
  examples: {file: string; line?: number; reason: string}[];
}

export interface ClusterView {
  rows: number;
  /** Least and greatest similarity to the row that the cluster is named for, from 0 to 1. */
  least: number;
  greatest: number;
  examples: (ShownRow & {similarity: number})[];
}

export interface DuplicatesView {
  /** Least similarity that counts as a near-duplicate. */
  threshold: number;
  clusters: number;
  rows: number;
  /** Clusters in which every text is the same after folding, and their rows. */
  sameText: {clusters: number; rows: number};
  /** The largest ones. */
  largest: ClusterView[];
}

export interface ConflictView {
  kind: LabelConflict["kind"];
  rows: number;
  labels: {label: string; rows: number}[];
  /** One row of each label first. */
  examples: (ShownRow & {label: string; similarity: number})[];
}

export interface ConflictsView {
  clusters: number;
  rows: number;
  shown: ConflictView[];
}

export interface LedgerRule {
  type: string;
  rule: string;
  /** keep, mask, replace or pseudonym */
  action: string;
  columns: string[];
  findings: number;
  rows: number;
  /** The least sure of its findings, from 0 to 1. */
  score: number;
  /** Findings that a person accepted with a reason. */
  accepted: number;
}

/** What a version holds beside its record. Rows that a split holds out are in none of it. */
export interface VersionDetails {
  version: string;
  /** Rows of each label, the commonest first; empty without a label column. */
  labels: {label: string; rows: number}[];
  /** Labels after those, and their rows; absent when there are none. */
  otherLabels?: {labels: number; rows: number};
  /** What changed since the version before; absent when there is none in the store. */
  diff?: VersionDiff;
  drift?: DriftVerdict;
  /** By filter in the order they are applied; empty when none is declared. */
  rejected: RejectedView[];
  /** Lines of the source that were left out; absent when all were read. */
  skipped?: SkippedView;
  duplicates: Measured<DuplicatesView>;
  conflicts: Measured<ConflictsView>;
}

/** A version's ledger; counts include rows that a split holds out. */
export interface LedgerView {
  version: string;
  summary: LedgerSummary;
  rules: LedgerRule[];
  /** Rows whose personal data or secrets nobody resolved: what a verdict warns of and a gate counts. */
  unresolvedRows: number;
  /** Rows with most findings; none that a split holds out. */
  rows: {id: string; findings: number; types: string[]; columns: string[]}[];
}

/** One erasure and everything it touched. */
export interface PurgeView {
  at: string;
  reason: string;
  /** Different rows, over all versions. */
  rows: number;
  versions: {id: string; rows: number}[];
  runs: {id: string; rows: number}[];
}

export interface DatasetView {
  name: string;
  /** Newest last. */
  versions: VersionManifest[];
  /** Of the newest versions, the newest first. */
  details: VersionDetails[];
  /** Of those that were scanned for personal data. */
  ledgers: LedgerView[];
  /** The latest first. */
  purges: PurgeView[];
  /** How well the recognisers did on a labelled sample; absent when nobody measured it. */
  recognition?: Recognition;
}

export interface DatasetsData {
  datasets: DatasetView[];
}

/** The splits of one version side by side. */
export interface LeaksView {
  /** Test rows that leak by any listed measure. */
  rows: number;
  /** Rows by measure, of which `shown` holds the first. */
  counts: Record<string, number>;
  shown: (SplitLeak & {excerpt: string | null; knownExcerpt: string | null})[];
}

export interface SplitsView {
  dataset: string;
  version: {id: string; rows: number; pulledAt: string};
  newest: boolean;
  /** Columns named for each role: a measure without its column is not taken. */
  roles: Partial<Record<"text" | "label" | "group" | "time", string>>;
  /** The recommended one first, then by name. The held-out part's classes are left out, and labels that are free text. */
  splits: SplitManifest[];
  /** Which to use and why; absent when no split has test and training rows. */
  choice?: SplitChoice;
  /** True when the recommended split leaks next to nothing by any measure. */
  clean: boolean;
  /**
   * Ids of splits that nobody measured, that lost rows to a purge since, or that an older edition, or other columns, measured: nothing is said of
   * them until they are measured again.
   */
  outdated: string[];
  /** Which rows leak, by the split's id; absent where it is not listed. */
  leaks: Record<string, LeaksView>;
  /** Strategies that the version's columns allow and that no split of it has. */
  untried: string[];
}

export interface SplitsData {
  /** The newest version of each dataset, and older ones that were split. */
  versions: SplitsView[];
}

/** The DuckDB that a site brings for its page of SQL. */
export interface SqlEngine {
  version: string;
  /** Of the part that the browser loads first, before compression. */
  bytes: number;
}

import type {NearDuplicateSettings} from "../datasets/index.js";

/** How rows are divided into parts. The same version, spec and seed always give the same split. */
export interface SplitSpec {
  /** Shown in reports; the strategy's name when absent. */
  name?: string;
  /**
   * - `random`: every row on its own, by a hash of its id (an old row never moves when rows are added)
   * - `group`: rows of one group stay together, by a hash of the group
   * - `stratified`, `stratified-group`: the same with class shares kept alike in all parts
   * - `temporal`: the newest rows are the test part, the ones before them validation
   * - `cluster`: near-duplicates stay together, and groups too where the dataset has them, by a hash of what is
   *   linked (an old row moves only when new rows link it to others or bring a smaller id into its cluster)
   * - `given`: a column of the dataset names the part
   */
  strategy: "random" | "group" | "stratified" | "stratified-group" | "temporal" | "cluster" | "given";
  /** Column of the group; the dataset's own when absent. */
  group?: string;
  /** Column that names the part, for `given`. */
  column?: string;
  /**
   * Cut-offs for `temporal`, in ISO 8601: rows at or after `test` are the test part, those before it and at or after
   * `validation` the validation part. Shares are used when absent.
   */
  cutoffs?: {validation?: string; test: string};
  /**
   * For `temporal`: several test windows, a split each, trained on what came before. A number cuts the newest rows into
   * windows of `test` of all rows each (together half of them when absent); a list names the moment each window begins,
   * the last one open. Validation is 0 unless given, and a row later than its window is `unused`. Windows are named
   * "temporal 1 of 3" and so on.
   */
  rolling?: number | string[];
  /** Which window of `rolling` this is, from 1. Made by `rollingWindows`, which `defineEval` calls. */
  window?: number;
  /**
   * For `temporal`: a time before the test part, such as "7 days", whose rows are `unused`, because in use their answers
   * would not be known yet.
   */
  gap?: string;
  /** What counts as a near-duplicate, for `cluster` and for the measures. */
  near?: NearDuplicateSettings;
  /**
   * Shares of the parts; what is left is training. Defaults: validation 0.15, test 0.15, heldOut 0. `heldOut` does not go
   * with `cutoffs`, `rolling`, `gap` and `given`.
   */
  validation?: number;
  test?: number;
  heldOut?: number;
  /** Default "assay". */
  seed?: string;
}

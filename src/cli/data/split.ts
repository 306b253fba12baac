import {group} from "d3-array";
import {labelConflicts} from "../../data/datasets/index.js";
import {
  currentMeasures,
  type EmbeddingLeakage,
  ensureSplit,
  LONG_TO_MEASURE,
  measureAgain,
  partWarning,
  possibleStrategies,
  previewSplit,
  recommendSplit,
  rollingWindows,
  type SplitMeasures,
  type SplitSpec
} from "../../data/splits/index.js";
import {UserError} from "../../base/validation/index.js";
import {
  openRows,
  openStore,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../base/store/index.js";
import {newestKnown} from "../project/knownDataset.js";
import {calledInTable, meaningText} from "./splitMeaning.js";
import {openProject} from "../project/project.js";
import {printLeaks} from "./splitLeaks.js";
import {type TableColumn, note, print, printJson, table} from "../terminal/terminal.js";

interface SplitOptions {
  strategy?: string[];
  compare?: boolean;
  measure?: boolean;
  leaks?: boolean;
  test?: number;
  validation?: number;
  heldOut?: number;
  /** The name that `heldOut` had. */
  sealed?: number;
  rolling?: number;
  gap?: string;
  column?: string;
  seed?: string;
  json?: boolean;
}

const PARTS_SHOWN = ["train", "validation", "test", "held-out", "unused"];

export async function splitVerb(name: string, options: SplitOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const version = await newestKnown(store, name);
    if (options.measure) return await measureVerb(store, name, options);
    const heldOut = version.rows - (await openRowCount(store, version));
    // Each strategy would hold out rows of its own, for good, or have rows in other parts that are held out no more: such a comparison keeps none.
    const isPreview = comparesHeldOut(options, heldOut);
    const splitOf = isPreview ? previewSplit : ensureSplit;
    const splits: SplitManifest[] = [];
    for (const spec of specsOf(options, version))
      try {
        splits.push(await splitOf(store, version, spec, longWork(version)));
      } catch (error) {
        // A comparison tries what the columns' names allow: values that are no times leave one strategy out.
        const isTried = options.compare && options.strategy === undefined && spec.strategy === "temporal";
        if (!isTried || !(error instanceof UserError)) throw error;
        note(`! ${error.message}`);
      }
    const told = splits.map((split) => ({...split, warning: partWarning(split)}));
    for (const {warning} of told) if (warning !== undefined) note(`! ${warning}`);
    if (options.leaks) return await printLeaks(store, splits, options);
    const choice = splits.length > 1 ? recommendSplit(splits) : undefined;
    const heldOutNow = isPreview ? heldOut : version.rows - (await openRowCount(store, version));
    if (options.json)
      return printJson(
        options.compare ? {splits: told, choice, heldOut: heldOutNow, kept: !isPreview} : told
      );
    print(`${name}@${version.id}, ${version.rows} rows\n`);
    print(table(splits, columnsOf(splits)));
    print(
      "\nsame text, near-duplicate, 13 words, short twin, same group: share of the test part that the training part knows, by that measure." +
        shortText(splits) +
        "\nL: similarity across parts, of all (DataSAIL). gap, PSI, JS, p: classes of test against train." +
        meaningText(splits)
    );
    if (heldOutNow > 0)
      print(
        `\n${heldOutNow} of ${version.rows} rows of ${name}@${version.id} are held out (${percent(heldOutNow / version.rows)}): all splits together, left out of every one of them.`
      );
    if (isPreview)
      print(
        `\nNothing of this is kept, and no row was held out by it. Choose with \`assay split ${name} --strategy NAME${shareText(options)}\`, or in an eval.`
      );
    if (choice) print(`\n${choice.sentence}`);
    else if (splits.length > 1)
      print("\nNo split has rows in every part that was asked for, so that none is recommended.");
    const conflicts = options.compare ? await labelConflicts(store, version) : undefined;
    if (conflicts && conflicts.clusters > 0)
      print(
        `\n${conflicts.rows} rows in ${conflicts.clusters} clusters of near-duplicates do not agree on their label, among them ${conflicts.conflicts
          .slice(0, 3)
          .map(
            ({rows, labels}) =>
              `${rows[0]!.rowId} (${labels.map(({label, rows: n}) => `${label} ${n}`).join(", ")})`
          )
          .join("; ")}.`
      );
  } finally {
    store.close();
  }
}

/** Short work is told by its result alone. */
function longWork({rows}: VersionManifest): {onMessage?: (text: string) => void} {
  return rows < LONG_TO_MEASURE ? {} : {onMessage: note};
}

function comparesHeldOut({compare, heldOut, sealed, leaks}: SplitOptions, heldOutRows: number): boolean {
  const share = heldOut ?? sealed;
  if (!compare || (!share && heldOutRows === 0)) return false;
  if (leaks)
    throw new UserError(
      `--compare ${share ? "with --held-out" : "of a dataset with held-out rows"} keeps no split, so that --leaks has none to read. Choose one: --leaks --strategy NAME${share ? " --held-out SHARE" : ""}.`
    );
  return true;
}

function shareText({heldOut, sealed}: SplitOptions): string {
  const share = heldOut ?? sealed;
  return share ? ` --held-out ${share}` : "";
}

async function openRowCount(store: Store, version: VersionManifest): Promise<number> {
  const open = await openRows(store.workspace, version);
  return (await store.row<{n: number}>(`select count(*)::double as n from (${open})`))!.n;
}

/** Measures what splits lack, of every version; makes no split. */
async function measureVerb(store: Store, name: string, {json}: SplitOptions): Promise<void> {
  const measured = await measureAgain(store, name, {onMessage: note});
  if (json) return printJson(measured);
  if (measured.length === 0) return print(`no split of ${name} lacks a measure`);
  for (const [version, splits] of group(measured, (split) => split.version))
    print(`${name}@${version}\n\n${table(splits, columnsOf(splits))}\n${meaningText(splits)}`);
}

/** Time alone makes windows and gaps: with either the strategy is temporal unless others are asked for. */
function specsOf(options: SplitOptions, version: VersionManifest): SplitSpec[] {
  const {test, validation, heldOut = options.sealed, seed, rolling, gap, column} = options;
  const timed = rolling !== undefined || gap !== undefined;
  const strategies =
    options.strategy ??
    (options.compare ? possibleStrategies(version) : [column ? "given" : timed ? "temporal" : "random"]);
  if (column !== undefined && !strategies.includes("given"))
    throw new UserError("--column names the parts of the strategy given: add --strategy given.");
  if (timed && !strategies.includes("temporal"))
    throw new UserError(
      `--rolling and --gap need the strategy temporal${version.time ? "" : `, and ${version.dataset} names no time column`}.`
    );
  return strategies.flatMap((strategy) =>
    rollingWindows({
      strategy: strategy as SplitSpec["strategy"],
      test,
      validation,
      heldOut,
      seed,
      rolling: strategy === "temporal" && rolling !== undefined ? rolling : undefined,
      gap: strategy === "temporal" && gap !== undefined ? gap : undefined,
      column: strategy === "given" ? column : undefined
    })
  );
}

/** What the column of short texts stands for. */
function shortText(splits: readonly SplitManifest[]): string {
  const found = splits.map((split) => currentMeasures(split).shortTextLeakage).find((one) => one);
  return found
    ? `\nshort twin: of ${found.searched < found.short ? `a sample of ${found.searched} of ` : ""}the test rows of at most 40 words, those with a TF-IDF cosine of ${found.threshold} or more (character n-grams) to a short training row.`
    : "";
}

function columnsOf(splits: readonly SplitManifest[]): TableColumn<SplitManifest>[] {
  const figure = (title: string, of: (measures: Partial<SplitMeasures>) => string | undefined) => ({
    title,
    align: "right" as const,
    value: (split: SplitManifest) => of(currentMeasures(split))
  });
  return [
    {
      title: "strategy",
      value: calledInTable
    },
    {title: "split", value: (split) => split.id},
    ...PARTS_SHOWN.filter((part) => splits.some((split) => split.counts[part])).map((part) => ({
      title: part,
      align: "right" as const,
      value: (split: SplitManifest) => split.counts[part]
    })),
    figure("same text", ({exactLeakage}) => percent(exactLeakage?.share)),
    figure("near-duplicate", ({nearLeakage}) => percent(nearLeakage?.share)),
    figure("13 words", ({ngramLeakage}) => percent(ngramLeakage?.share)),
    figure("short twin", ({shortTextLeakage}) => percent(shortTextLeakage?.share)),
    figure("same group", ({groupLeakage}) => percent(groupLeakage?.share)),
    figure("neighbour", ({embeddingLeakage}) => neighbours(embeddingLeakage)),
    figure("L", ({similarityLeakage}) => similarityLeakage?.toFixed(3)),
    figure("class gap", ({labelGap}) => percent(labelGap)),
    figure("PSI", ({labelPsi}) => labelPsi?.toFixed(3)),
    figure("JS", ({labelJensenShannon}) => labelJensenShannon?.toFixed(3)),
    figure("p", ({labelChiSquared}) => labelChiSquared?.p.toPrecision(2)),
    figure(
      "text distance",
      ({embeddingDistance: found}) => found && `${found.distance.toFixed(3)} (${found.byChance.toFixed(3)})`
    )
  ];
}

function neighbours(found: EmbeddingLeakage | undefined): string | undefined {
  if (!found?.standardError) return percent(found?.share);
  return `${percent(found.share)} ± ${percent(found.standardError)}`;
}

function percent(share: number | undefined): string | undefined {
  return share === undefined ? undefined : `${(100 * share).toFixed(1)}%`;
}

import {labelConflicts} from "../datasets/index.js";
import {
  type EmbeddingLeakage,
  ensureSplit,
  possibleStrategies,
  recommendSplit,
  type SplitMeasures,
  type SplitSpec
} from "../splits/index.js";
import {openStore, type SplitManifest, UserError} from "../store/index.js";
import {openProject} from "./project.js";
import {type Column, print, printJson, table} from "./terminal.js";

interface SplitOptions {
  strategy?: string[];
  compare?: boolean;
  test?: number;
  validation?: number;
  sealed?: number;
  seed?: string;
  json?: boolean;
}

const PARTS_SHOWN = ["train", "validation", "test", "sealed"];

export async function splitVerb(name: string, options: SplitOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const version = await store.latestVersion(name);
    if (!version)
      throw new UserError(
        `the store has no version of ${JSON.stringify(name)}. Run \`assay pull ${name}\` first.`
      );
    const strategies = options.strategy ?? (options.compare ? possibleStrategies(version) : ["random"]);
    const splits: SplitManifest[] = [];
    for (const strategy of strategies)
      splits.push(
        await ensureSplit(store, version, {
          strategy: strategy as SplitSpec["strategy"],
          ...(options.test === undefined ? {} : {test: options.test}),
          ...(options.validation === undefined ? {} : {validation: options.validation}),
          ...(options.sealed === undefined ? {} : {sealed: options.sealed}),
          ...(options.seed === undefined ? {} : {seed: options.seed})
        })
      );
    const choice = splits.length > 1 ? recommendSplit(splits) : undefined;
    if (options.json) return printJson(options.compare ? {splits, choice} : splits);
    print(`${name}@${version.id}, ${version.rows} rows\n`);
    print(table(splits, columnsOf(splits)));
    print(
      "\nsame text, near-duplicate, 13 words, same group: share of the test part with the like in the training part." +
        "\nL: similarity across parts, of all (DataSAIL). gap, PSI, JS, p: classes of test against train." +
        meaningText(splits)
    );
    if (choice) print(`\n${choice.sentence}`);
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

/** What the columns by embedding stand for, or why they are empty. */
function meaningText(splits: readonly SplitManifest[]): string {
  const measures = splits.map((split) => split.measures as Partial<SplitMeasures>);
  const found = measures.find(({embeddingLeakage}) => embeddingLeakage)?.embeddingLeakage;
  const reason = measures.find(({embeddingMissing}) => embeddingMissing)?.embeddingMissing;
  const shown = found
    ? `\nneighbour: share of the test part with a training row of cosine ${found.threshold} or more in meaning, copies among them` +
      (found.standardError === undefined
        ? "."
        : `; ± the standard error of a sample of ${found.searched} rows.`) +
      "\ntext distance: of the mean embeddings of test and train (in brackets: by chance)."
    : "";
  return shown + (reason ? `\nneighbour and text distance are not measured: ${reason}` : "");
}

function columnsOf(splits: readonly SplitManifest[]): Column<SplitManifest>[] {
  const figure = (title: string, of: (measures: Partial<SplitMeasures>) => string | undefined) => ({
    title,
    align: "right" as const,
    value: (split: SplitManifest) => of(split.measures as Partial<SplitMeasures>)
  });
  return [
    {title: "strategy", value: (split) => split.strategy},
    {title: "split", value: (split) => split.id},
    ...PARTS_SHOWN.filter((part) => splits.some((split) => split.counts[part])).map((part) => ({
      title: part,
      align: "right" as const,
      value: (split: SplitManifest) => split.counts[part]
    })),
    figure("same text", ({exactLeakage}) => percent(exactLeakage?.share)),
    figure("near-duplicate", ({nearLeakage}) => percent(nearLeakage?.share)),
    figure("13 words", ({ngramLeakage}) => percent(ngramLeakage?.share)),
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

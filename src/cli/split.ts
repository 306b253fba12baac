import {ensureSplit, type SplitMeasures, type SplitSpec} from "../splits/index.js";
import {openStore, type SplitManifest, UserError, type VersionManifest} from "../store/index.js";
import {openProject} from "./project.js";
import {print, printJson, table} from "./terminal.js";

interface SplitOptions {
  strategy?: string[];
  compare?: boolean;
  test?: number;
  validation?: number;
  seed?: string;
  json?: boolean;
}

export async function splitVerb(name: string, options: SplitOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const version = await store.latestVersion(name);
    if (!version)
      throw new UserError(
        `the store has no version of ${JSON.stringify(name)}. Run \`assay pull ${name}\` first.`
      );
    const strategies = options.strategy ?? (options.compare ? possible(version) : ["random"]);
    const splits: SplitManifest[] = [];
    for (const strategy of strategies)
      splits.push(
        await ensureSplit(store, version, {
          strategy: strategy as SplitSpec["strategy"],
          ...(options.test === undefined ? {} : {test: options.test}),
          ...(options.validation === undefined ? {} : {validation: options.validation}),
          ...(options.seed === undefined ? {} : {seed: options.seed})
        })
      );
    if (options.json) return printJson(splits);
    print(`${name}@${version.id}, ${version.rows} rows`);
    print(
      table(splits, [
        {title: "strategy", value: (split) => split.strategy},
        {title: "split", value: (split) => split.id},
        ...["train", "validation", "test"].map((part) => ({
          title: part,
          align: "right" as const,
          value: (split: SplitManifest) => split.counts[part]
        })),
        {title: "same text", align: "right", value: (split) => percent(measures(split).exactLeakage?.share)},
        {title: "same group", align: "right", value: (split) => percent(measures(split).groupLeakage?.share)},
        {title: "class PSI", align: "right", value: (split) => measures(split).labelPsi?.toFixed(3)}
      ])
    );
    print("\nsame text, same group: share of the test part that also stands in the training part.");
  } finally {
    store.close();
  }
}

function measures(split: SplitManifest): SplitMeasures {
  return split.measures as SplitMeasures;
}

function percent(share: number | undefined): string | undefined {
  return share === undefined ? undefined : `${(100 * share).toFixed(1)}%`;
}

function possible(version: VersionManifest): string[] {
  return [
    "random",
    ...(version.label ? ["stratified"] : []),
    ...(version.group ? ["group"] : []),
    ...(version.group && version.label ? ["stratified-group"] : []),
    ...(version.time ? ["temporal"] : [])
  ];
}

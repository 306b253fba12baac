import type {LineageGraph} from "../models/lineageGraph.js";
import type {PageCosts} from "../site/costTypes.js";
import type {HistoryData} from "../site/historyTypes.js";
import type {
  DatasetsData,
  ModelManifest,
  ModelsData,
  RacesData,
  RaceView,
  SplitManifest,
  SplitsData,
  SplitsView
} from "../site/types.js";
import {pairsOf} from "./mergeLayerTable.js";
import {leakOf, LEAKS} from "./splitMeasures.js";

/** What the other pages are drawn from. */
export interface ReportData {
  costs: PageCosts[];
  datasets: DatasetsData;
  history: HistoryData;
  lineage: LineageGraph;
  models: ModelsData;
  races: RacesData;
  splits: SplitsData;
}

/** The files of these data, each loaded when it is asked for. */
export type ReportFiles = {[K in keyof ReportData]: {json(): Promise<ReportData[K]>}};

/** Loads all of them. */
export async function loadReport(files: ReportFiles): Promise<ReportData> {
  const loaded = Object.entries(files).map(async ([name, file]) => [name, await file.json()] as const);
  return Object.fromEntries(await Promise.all(loaded)) as unknown as ReportData;
}

export type Value = string | number | boolean | null | undefined;

/** A table for SQL out of what other pages show. */
export interface ReportTable {
  name: string;
  about: string;
  columns: Readonly<Record<string, "varchar" | "double" | "boolean">>;
  /** Values in the order of the columns. */
  lines(data: ReportData): Value[][];
}

const ofVersion = {dataset: "varchar", version: "varchar"} as const;
const ofSplit = {...ofVersion, split: "varchar", split_id: "varchar"} as const;

export const REPORT_TABLES: readonly ReportTable[] = [
  {
    name: "history",
    about: "every candidate in every complete run, with the interval of the run and the one for all runs",
    columns: {
      eval: "varchar",
      split: "varchar",
      run: "varchar",
      sealed_at: "varchar",
      version: "varchar",
      candidate: "varchar",
      mean: "double",
      low: "double",
      high: "double",
      always_low: "double",
      always_high: "double",
      scored: "double"
    },
    lines: ({history}) =>
      history.histories.flatMap(({eval: name, split, runs}) =>
        runs.flatMap(({run, sealedAt, version, points}) =>
          points.map((one) => [
            ...[name, split, run, sealedAt, version, one.candidate],
            ...[one.mean, one.low, one.high, one.alwaysLow, one.alwaysHigh, one.scored]
          ])
        )
      )
  },
  {
    name: "costs",
    about: "every candidate on every hosting: quality, tokens of a request, and what is stated of prices",
    columns: {
      run: "varchar",
      candidate: "varchar",
      hosting: "varchar",
      mean: "double",
      low: "double",
      high: "double",
      prompt_tokens: "double",
      completion_tokens: "double",
      rows: "double",
      stated: "varchar"
    },
    lines: ({costs}) =>
      costs.flatMap(({run, samples}) =>
        samples.flatMap(({name, quality, tokens, rows, hostings}) =>
          (hostings.length > 0 ? hostings : [undefined]).map((hosting) => [
            ...[run, name, hosting?.kind, quality?.mean, quality?.low, quality?.high],
            ...[tokens.promptTokens, tokens.completionTokens, rows, hosting && JSON.stringify(hosting)]
          ])
        )
      )
  },
  {
    name: "cascades",
    about: "a cheaper candidate asked first, by the share of rows it passes on",
    columns: {
      run: "varchar",
      cheap: "varchar",
      strong: "varchar",
      passed_on: "double",
      usd_per_thousand: "double",
      mean: "double"
    },
    lines: ({costs}) =>
      costs.flatMap(({run, cascades}) =>
        cascades.flatMap(({cheap, strong, steps}) =>
          steps.map(({escalated, usdPerThousand, quality}) => [
            ...[run, cheap, strong, escalated, usdPerThousand, quality]
          ])
        )
      )
  },
  {
    name: "versions",
    about: "the versions of every dataset",
    columns: {
      ...ofVersion,
      pulled_at: "varchar",
      rows: "double",
      added: "double",
      removed: "double",
      changed: "double",
      rejected: "double",
      bytes: "double"
    },
    lines: ({datasets}) =>
      datasets.datasets.flatMap(({versions}) =>
        versions.map(({dataset, id, pulledAt, rows, changes, rejected, bytes}) => [
          ...[dataset, id, pulledAt, rows, changes?.added, changes?.removed, changes?.changed],
          ...[rejected, bytes]
        ])
      )
  },
  {
    name: "labels",
    about: "rows of each label in the newest versions",
    columns: {...ofVersion, label: "varchar", rows: "double"},
    lines: ({datasets}) =>
      datasets.datasets.flatMap(({name, details}) =>
        details.flatMap(({version, labels}) => labels.map(({label, rows}) => [name, version, label, rows]))
      )
  },
  {
    name: "splits",
    about: "the parts of every split with their rows",
    columns: {...ofSplit, strategy: "varchar", seed: "varchar", part: "varchar", rows: "double"},
    lines: (data) =>
      eachSplit(data, (own, {strategy, seed, counts}) =>
        Object.entries(counts).map(([part, rows]) => [...own, strategy, seed, part, rows])
      )
  },
  {
    name: "leakage",
    about: "test rows of every split with a match in training, by measure",
    columns: {...ofSplit, measure: "varchar", rows: "double", looked_at: "double", share: "double"},
    lines: (data) =>
      eachSplit(data, (own, split) =>
        LEAKS.flatMap(({measure, name}) => {
          const leak = leakOf(split, measure);
          return leak ? [[...own, name, leak.rows, leak.of, leak.share]] : [];
        })
      )
  },
  {
    name: "classes",
    about: "rows of each class in each part of every split",
    columns: {...ofSplit, part: "varchar", label: "varchar", rows: "double"},
    lines: (data) =>
      eachSplit(data, (own, {labels = {}}) =>
        Object.entries(labels).flatMap(([part, counts]) =>
          Object.entries(counts).map(([label, rows]) => [...own, part, label, rows])
        )
      )
  },
  {
    name: "race_rounds",
    about: "every candidate in every round of every race, and whether it was dropped then",
    columns: {
      race: "varchar",
      round: "double",
      rows: "double",
      calls: "double",
      candidate: "varchar",
      scored: "double",
      mean: "double",
      dropped: "boolean"
    },
    lines: ({races}) => races.races.flatMap(roundLines)
  },
  {
    name: "race_leads",
    about: "by how much one candidate led another after each round, with intervals that hold for all rounds",
    columns: {
      race: "varchar",
      round: "double",
      rows: "double",
      first: "varchar",
      second: "varchar",
      observations: "double",
      lead: "double",
      low: "double",
      high: "double"
    },
    lines: ({races}) => races.races.flatMap(leadLines)
  },
  {
    name: "merge_layers",
    about: "how the parents of every merge relate, layer by layer; no layer: outside the numbered ones",
    columns: {model: "varchar", layer: "double", measure: "varchar", of: "varchar", value: "double"},
    lines: ({models}) => models.models.flatMap(layerLines)
  },
  {
    name: "lineage",
    about: "every record with what it was made from, one line each",
    columns: {record: "varchar", kind: "varchar", name: "varchar", made_from: "varchar", how: "varchar"},
    lines: ({lineage}) =>
      lineage.nodes.flatMap(({id, kind, name}) => {
        const own = lineage.edges.filter(({to}) => to === id);
        return own.length === 0
          ? [[id, kind, name, null, null]]
          : own.map(({from, how}) => [id, kind, name, from, how]);
      })
  }
];

function eachSplit(
  {splits}: ReportData,
  lines: (own: Value[], split: SplitManifest, view: SplitsView) => Value[][]
): Value[][] {
  return splits.versions.flatMap((view) =>
    view.splits.flatMap((split) => lines([view.dataset, view.version.id, split.name, split.id], split, view))
  );
}

function roundLines({id, rounds}: RaceView): Value[][] {
  return rounds.flatMap(({round, rows, calls, standings, dropped}) =>
    standings.map(({candidate, scored, mean}) => [
      ...[id, round, rows, calls, candidate, scored, mean],
      dropped.some((drop) => drop.candidate === candidate)
    ])
  );
}

/** Each pair twice, so that any candidate can be asked for as the first. */
function leadLines({id, rounds}: RaceView): Value[][] {
  return rounds.flatMap(({round, rows, pairs}) =>
    pairs.flatMap(({a, b, observations, estimate, low, high}) =>
      estimate === undefined || low === undefined || high === undefined
        ? []
        : [
            [id, round, rows, a, b, observations, estimate, low, high],
            [id, round, rows, b, a, observations, -estimate, -high, -low]
          ]
    )
  );
}

function layerLines({id, merge}: ModelManifest): Value[][] {
  return (merge?.layers ?? []).flatMap((one) => {
    const {models, norms, deltaNorms, signConflict} = one.relations;
    const sizes = deltaNorms ?? norms;
    return [
      ...models.map((name, i) => [id, one.layer, "size", name, sizes[i]]),
      ...pairsOf(one).map(({of, value}) => [id, one.layer, "cosine", of, value]),
      [id, one.layer, "sign conflict", null, signConflict]
    ];
  });
}

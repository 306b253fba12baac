import {shortId} from "../../../weights/models/lineageGraph.js";
import type {ModelManifest, RaceView, SplitManifest, SplitsView} from "../../site/types.js";
import {pairsOf} from "../merges/mergeLayerTable.js";
import {leakOf, LEAKS} from "../splits/splitMeasures.js";
import {DATA_TABLES} from "./sqlDataTables.js";
import {DISTILLATION_TABLES} from "./sqlDistillationTables.js";
import {OF_SPLIT, type ReportData, type ReportTable, type CellValue} from "./reportTable.js";
import {RUN_TABLES} from "./sqlRunTables.js";

/** The tables that are about all runs, data and models. */
export const REPORT_TABLES: readonly ReportTable[] = [
  {
    name: "history",
    about: "every candidate in every complete run, with the interval of the run and the one for all runs",
    columns: {
      eval: "varchar",
      split: "varchar",
      run: "varchar",
      sealed_at: "varchar",
      asked_at: "varchar",
      version: "varchar",
      candidate: "varchar",
      mean: "double",
      low: "double",
      high: "double",
      always_low: "double",
      always_high: "double",
      scored: "double",
      rows: "double"
    },
    lines: ({history}) =>
      history.histories.flatMap(({eval: name, split, runs}) =>
        runs.flatMap(({run, sealedAt, at, version, rows, points}) =>
          points.map((one) => [
            ...[name, split, run, sealedAt, at, version, one.candidate],
            ...[one.mean, one.low, one.high, one.alwaysLow, one.alwaysHigh, one.scored, rows]
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
      counted_rows: "double",
      estimated_by: "varchar",
      stated: "varchar"
    },
    lines: ({costs}) =>
      costs.flatMap(({run, samples}) =>
        samples.flatMap(({name, quality, tokens, rows, countedRows, estimatedBy, hostings}) =>
          (hostings.length > 0 ? hostings : [undefined]).map((hosting) => [
            ...[run, name, hosting?.kind, quality?.mean, quality?.low, quality?.high],
            ...[tokens.promptTokens, tokens.completionTokens, rows, countedRows, estimatedBy],
            hosting && JSON.stringify(hosting)
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
  ...DATA_TABLES,
  ...RUN_TABLES,
  ...DISTILLATION_TABLES,
  {
    name: "splits",
    about: "the parts of every split with their rows",
    columns: {...OF_SPLIT, strategy: "varchar", seed: "varchar", part: "varchar", rows: "double"},
    lines: (data) =>
      eachSplit(data, (own, {strategy, seed, counts}) =>
        Object.entries(counts).map(([part, rows]) => [...own, strategy, seed, part, rows])
      )
  },
  {
    name: "leakage",
    about: "test rows of every split with a match in training, by measure",
    columns: {...OF_SPLIT, measure: "varchar", rows: "double", looked_at: "double", share: "double"},
    lines: (data) =>
      eachSplit(data, (own, split) =>
        LEAKS.flatMap(({measure, name}) => {
          const leak = leakOf(split, measure);
          return leak ? [[...own, name, leak.rows, leak.of, leak.share]] : [];
        })
      )
  },
  {
    name: "split_measures",
    about: "whatever else was measured of every split, one number a line",
    columns: {...OF_SPLIT, measure: "varchar", value: "double"},
    lines: (data) =>
      eachSplit(data, (own, {measures}) => numbersIn(measures).map(([name, value]) => [...own, name, value]))
  },
  {
    name: "leaking_rows",
    about: "test rows with a match in the training part of their split, as far as pages list them",
    columns: {
      ...OF_SPLIT,
      measure: "varchar",
      row_id: "varchar",
      training_row: "varchar",
      similarity: "double",
      excerpt: "varchar",
      training_excerpt: "varchar"
    },
    lines: (data) =>
      eachSplit(data, (own, {id}, {leaks}) =>
        (leaks[id]?.shown ?? []).map(({measure, row, known, similarity, excerpt, knownExcerpt}) => [
          ...[...own, measure, row, known, similarity, excerpt, knownExcerpt]
        ])
      )
  },
  {
    name: "classes",
    about: "rows of each class in each part of every split",
    columns: {...OF_SPLIT, part: "varchar", label: "varchar", rows: "double"},
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
    name: "race_drops",
    about: "who was dropped in which round, and the interval that decided",
    columns: {
      race: "varchar",
      round: "double",
      rows: "double",
      candidate: "varchar",
      mean: "double",
      why: "varchar",
      better: "varchar",
      observations: "double",
      lead: "double",
      low: "double",
      high: "double"
    },
    lines: ({races}) => races.races.flatMap(dropLines)
  },
  {
    name: "model_files",
    about: "the files of every merge and fine-tune",
    columns: {model: "varchar", path: "varchar", bytes: "double", sha256: "varchar"},
    lines: ({models}) =>
      models.models.flatMap(({id, files}) => files.map(({path, bytes, sha256}) => [id, path, bytes, sha256]))
  },
  {
    name: "merge_layers",
    about:
      "how the parents of every merge relate, layer by layer; no layer: outside the numbered ones; below 1 looked at: estimates",
    columns: {model: "varchar", layer: "double", measure: "varchar", of: "varchar", value: "double"},
    lines: ({models}) => models.models.flatMap(layerLines)
  },
  {
    name: "learning_curves",
    about:
      "the loss of every model that kept its learning curve; of long trainings the mean of several steps",
    columns: {model: "varchar", name: "varchar", part: "varchar", step: "double", loss: "double"},
    lines: ({curves}) =>
      curves.curves.flatMap(({model, name, training, validation}) => [
        ...training.map(({step, loss}) => [model, name, "training", step, loss]),
        ...validation.map(({step, loss}) => [model, name, "validation", step, loss])
      ])
  },
  {
    name: "contamination",
    about: "how many rows of every run its candidates had learned from, of those whose training is known",
    columns: {
      run: "varchar",
      candidate: "varchar",
      clean: "double",
      near: "double",
      contaminated: "double",
      unknown: "double"
    },
    lines: ({lineage}) =>
      lineage.nodes.flatMap((node) =>
        (node.contaminated ?? []).map(({candidate, clean, near, contaminated, unknown}) => [
          shortId(node),
          candidate,
          clean,
          near,
          contaminated,
          unknown
        ])
      )
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
  lines: (own: CellValue[], split: SplitManifest, view: SplitsView) => CellValue[][]
): CellValue[][] {
  return splits.versions.flatMap((view) =>
    view.splits.flatMap((split) => lines([view.dataset, view.version.id, split.name, split.id], split, view))
  );
}

function roundLines({id, rounds}: RaceView): CellValue[][] {
  return rounds.flatMap(({round, rows, calls, standings, dropped}) =>
    standings.map(({candidate, scored, mean}) => [
      ...[id, round, rows, calls, candidate, scored, mean],
      dropped.some((drop) => drop.candidate === candidate)
    ])
  );
}

function dropLines({id, rounds}: RaceView): CellValue[][] {
  return rounds.flatMap(({round, rows, standings, dropped}) =>
    dropped.map(({candidate, why, by, lead}) => [
      ...[id, round, rows, candidate, standings.find((one) => one.candidate === candidate)?.mean, why, by],
      ...[lead?.observations, lead?.estimate, lead?.low, lead?.high]
    ])
  );
}

/** Numbers, and numbers one level below: "labelChiSquared p". */
function numbersIn(measures: Record<string, unknown>): [name: string, value: number][] {
  return Object.entries(measures).flatMap(([name, found]): [string, number][] => {
    if (typeof found === "number") return [[name, found]];
    if (typeof found !== "object" || found === null) return [];
    return Object.entries(found).flatMap(([part, value]): [string, number][] =>
      typeof value === "number" ? [[`${name} ${part}`, value]] : []
    );
  });
}

/** Each pair twice, so that any candidate can be asked for as the first. */
function leadLines({id, rounds}: RaceView): CellValue[][] {
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

function layerLines({id, merge}: ModelManifest): CellValue[][] {
  return (merge?.layers ?? []).flatMap((one) => {
    const {models, norms, deltaNorms, signConflict, elements, sampled} = one.relations;
    const sizes = deltaNorms ?? norms;
    return [
      ...models.map((name, i) => [id, one.layer, "size", name, sizes[i]]),
      ...pairsOf(one).map(({of, value}) => [id, one.layer, "cosine", of, value]),
      [id, one.layer, "sign conflict", null, signConflict],
      [id, one.layer, "share looked at", null, elements === 0 ? null : sampled / elements]
    ];
  });
}

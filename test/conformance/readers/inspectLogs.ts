import {importers} from "../../../src/data/datasets/index.js";
import {mean, standardError, variance} from "../../../src/base/stats/index.js";
import {openDatabase} from "../../../src/base/store/index.js";
import {expectedOf, type Path, type Reader, type ValueFigure} from "../figure.js";
import {has, isObject, type Item, type JsonObject, jsonFiles} from "../item.js";

/**
 * Logs of the Inspect tool: figures of every scorer from what the log says of each sample, the mean of a sample's epochs
 * taken first. Published in expected.json (below the log's name and the scorer's, or without them) and in the log itself.
 */
export const inspectLogs: Reader = {
  kind: "evaluation logs of Inspect",
  matches: (item) => logFiles(item).length > 0,
  async figures(item) {
    const figures: ValueFigure[] = [];
    for (const file of logFiles(item)) {
      const {samples, rows, values} = await samplesOf(item.path(file));
      const counts: [string, number, RegExp][] = [
        ["samples", samples, /^(n|samples|n_samples|completed_samples)$/],
        ["samples and epochs", rows, /^(rows|sample_epochs)$/]
      ];
      for (const [name, ours, field] of counts)
        figures.push({name: `${file}: ${name}`, ours, published: expectedOf(file, field)});
      for (const [scorer, ofSamples] of values)
        figures.push(...scorerFigures(file, scorer, ofSamples, values.size === 1, item));
    }
    return figures;
  }
};

function scorerFigures(
  file: string,
  scorer: string,
  values: readonly number[],
  only: boolean,
  item: Item
): ValueFigure[] {
  const spread = variance(values);
  const metrics: [RegExp, number | undefined][] = [
    [/^(accuracy|mean)$/, mean(values)],
    [/^(stderr|standard_error)$/, standardError(values)],
    [/^(std|sd)$/, spread === undefined ? undefined : Math.sqrt(spread)],
    [/^var(iance)?$/, spread]
  ];
  return metrics.flatMap(([metric, ours]): ValueFigure[] => {
    const name = `${file}, ${scorer}: ${/\w+/.exec(metric.source.slice(2))![0]}`;
    const named = expectedOf(file, scorer, metric);
    const or = [...named.or!, ...(only ? [[metric], ...expectedOf(file, metric).or!] : [])];
    const places = only ? {...expectedOf(file, metric), or: [named.path, ...or]} : {...named, or};
    return [
      {name, ours, published: places, tolerance: 1e-9},
      ...ownPlaces(item, file, scorer).map((at): ValueFigure => ({
        name: `${name}, in the log`,
        ours,
        published: {file, path: [...at, metric, "value"]},
        tolerance: 1e-9
      }))
    ];
  });
}

/** Where the log holds this scorer's metrics, for epochs that are reduced to their mean. */
function ownPlaces(item: Item, file: string, scorer: string): Path[] {
  const log = item.json(file);
  const results =
    has(log, "results") && has(log.results, "scores") ? (log.results.scores as JsonObject[]) : [];
  return results.flatMap((one, i) =>
    one.name === scorer && (one.reducer ?? "mean") === "mean" ? [["results", "scores", i, "metrics"]] : []
  );
}

/** Each scorer's values, one a sample. */
async function samplesOf(path: string) {
  const byScorer = new Map<string, Map<string, number[]>>();
  const samples = new Set<string>();
  let rows = 0;
  const db = await openDatabase();
  try {
    for await (const row of importers.inspect(path, db, path)) {
      const {sample, scores} = row as {sample: string; scores: {scorer: string; value?: number}[]};
      rows++;
      samples.add(sample);
      for (const {scorer, value} of scores) {
        if (value === undefined) continue;
        const ofSamples = byScorer.get(scorer) ?? new Map<string, number[]>();
        byScorer.set(scorer, ofSamples.set(sample, [...(ofSamples.get(sample) ?? []), value]));
      }
    }
  } finally {
    db.close();
  }
  const values = new Map(
    [...byScorer].map(([scorer, of]) => [scorer, [...of.values()].map((epochs) => mean(epochs)!)])
  );
  return {samples: samples.size, rows, values};
}

function logFiles(item: Item): string[] {
  const isLog = (log: unknown) =>
    has(log, "eval", "samples") && has(log.eval, "task", "model") && !isObject(log.samples);
  return [...jsonFiles(item, isLog), ...item.files.filter((file) => /\.eval$/i.test(file))];
}

import {importers} from "../../../src/datasets/index.js";
import {mean, standardError} from "../../../src/stats/index.js";
import {openDatabase} from "../../../src/store/index.js";
import {expected, type Reader} from "../figure.js";
import {has, type Item} from "../item.js";

/** Logs of the Inspect tool: accuracy and standard error from what the log says of each sample. */
export const inspectLogs: Reader = {
  kind: "evaluation logs of Inspect",
  matches: (item) => logFiles(item).length === 1,
  async figures(item) {
    const db = await openDatabase();
    const values: number[] = [];
    let samples = 0;
    try {
      for await (const row of importers.inspect(item.path(logFiles(item)[0]!), db)) {
        samples++;
        const {value} = (row as {scores: {value?: number}[]}).scores[0] ?? {};
        if (value !== undefined) values.push(value);
      }
    } finally {
      db.close();
    }
    return [
      {name: "samples", ours: samples, published: expected("samples")},
      {name: "accuracy", ours: mean(values), published: expected("accuracy"), tolerance: 1e-9},
      {name: "standard error", ours: standardError(values), published: expected("stderr"), tolerance: 1e-9}
    ];
  }
};

function logFiles(item: Item): string[] {
  return item.files.filter((file) => {
    if (!file.endsWith(".json")) return false;
    const log = item.json(file);
    return has(log, "eval", "plan", "samples") && has(log.eval, "task", "model");
  });
}

import {hourlyCostUsd} from "../../../src/base/costs/index.js";
import type {Reader, ValueFigure} from "../figure.js";
import {type Item, jsonFiles, type JsonObject} from "../item.js";
import {casesIn} from "./cases.js";

const hours: Record<string, number> = {hours: 1, minutes: 1 / 60, seconds: 1 / 3600};

/** A time of use, an hourly price and the cost of it. */
export const hostingCost: Reader = {
  kind: "hosting costs",
  matches: (item) => vectorFiles(item).length > 0,
  figures: (item) =>
    vectorFiles(item).flatMap((file) =>
      casesIn(item.json(file), isCase).map(({path, value}): ValueFigure => ({
        name: String(value.what ?? value.name ?? path.join(" ")),
        ours: hourlyCostUsd(
          (value[timeOf(value)!] as number) * hours[timeOf(value)!]!,
          value.usd_per_hour as number
        ),
        published: {file, path: [...path, /^(cost_)?usd$|^cost(_usd)?$/]},
        tolerance: 1e-9
      }))
    ),
  vectors: {files: vectorFiles, inputs: /(^|\/)(hours|minutes|seconds|usd_per_hour)$/}
};

function timeOf(value: JsonObject): string | undefined {
  return Object.keys(hours).find((key) => typeof value[key] === "number");
}

function isCase(value: JsonObject): boolean {
  return typeof value.usd_per_hour === "number" && timeOf(value) !== undefined;
}

function vectorFiles(item: Item): string[] {
  return jsonFiles(item, (content) => casesIn(content, isCase).length > 0);
}

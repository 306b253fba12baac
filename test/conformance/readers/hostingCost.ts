import {type Figure, type Reader} from "../figure.js";
import {has, type Item, type JsonObject} from "../item.js";

/** Minutes of use, an hourly price and the cost of it. */
export const hostingCost: Reader = {
  kind: "hosting costs",
  matches: (item) => vectorFile(item) !== undefined,
  figures(item) {
    const file = vectorFile(item)!;
    return (item.json(file) as JsonObject[]).map(({what, minutes, usd_per_hour: price}, i): Figure => ({
      name: String(what),
      ours: ((minutes as number) / 60) * (price as number),
      published: {file, path: [i, "cost_usd"]},
      tolerance: 1e-9
    }));
  }
};

function vectorFile(item: Item): string | undefined {
  return item.files.find((file) => {
    if (!file.endsWith(".json")) return false;
    const value = item.json(file);
    return Array.isArray(value) && value.length > 0 && has(value[0], "minutes", "usd_per_hour");
  });
}

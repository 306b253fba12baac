import {dirname} from "node:path";
import {type Arithmetic, boundsOf, type Case, mergeGolden} from "../../weights/merge/goldenMerge.js";
import {workFolder} from "../../weights/merge/support.js";
import type {Reader, ValueFigure} from "../figure.js";
import {has, isObject, type Item, jsonFiles} from "../item.js";

/**
 * Merges with a manifest of cases, a folder each: recipe, reference weights, and how far ours may be from them. Every case
 * runs with the reference's arithmetic and, but for adapters, in float32.
 */
export const mergeCases: Reader = {
  kind: "merge cases",
  matches: (item) => manifests(item).length > 0,
  async figures(item) {
    const figures: ValueFigure[] = [];
    const work = await workFolder();
    try {
      for (const file of manifests(item)) {
        const root = dirname(item.path(file));
        const {cases} = item.json(file) as {cases: Record<string, Case>};
        for (const [name, golden] of Object.entries(cases)) {
          for (const arithmetic of golden.method === "lora"
            ? ["exact" as const]
            : ["exact" as const, "float32" as const])
            figures.push(...(await figuresOf({file, root, work: work.path, name}, golden, arithmetic)));
        }
      }
    } finally {
      await work.remove();
    }
    return figures;
  }
};

/** Our difference is compared with the largest allowed. */
async function figuresOf(
  {file, root, work, name}: Record<"file" | "root" | "work" | "name", string>,
  golden: Case,
  arithmetic: Arithmetic
): Promise<ValueFigure[]> {
  const figure = (key: string, ours: number | undefined, remark = ""): ValueFigure => ({
    name: `${name}, ${arithmetic}: ${key === "kind" ? "elements that differ" : key}${remark}`,
    ours,
    published: {
      file,
      path: ["cases", name, "tolerance", key],
      words: {exact: 0, native: 0, f32: 0, low: 0, mask: 0}
    },
    agrees: ([found], [most]) => found! <= most!
  });
  try {
    const bounds = boundsOf(
      await mergeGolden(root, work, name, golden, arithmetic),
      golden.tolerance,
      arithmetic
    );
    if (bounds.length === 0) return [figure("kind", undefined, ", none compared")];
    return bounds.map(({key, found}) =>
      key in golden.tolerance
        ? figure(key, found)
        : figure("kind", undefined, `, ${key} is not in the manifest`)
    );
  } catch (error) {
    return [figure("kind", undefined, `, ${error instanceof Error ? error.message : String(error)}`)];
  }
}

function manifests(item: Item): string[] {
  const isCase = (one: unknown) =>
    has(one, "method", "compare_with", "tolerance") && has(one.tolerance, "kind");
  return jsonFiles(
    item,
    (content) => has(content, "cases") && isObject(content.cases) && Object.values(content.cases).some(isCase)
  );
}

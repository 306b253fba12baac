import {memberOf} from "../../../base/validation/memberOf.js";
import {html} from "htl";
import type {ModelManifest} from "../../site/types.js";
import {dataTable} from "../tables/dataTable.js";
import {type PageContent, details, facts, hash} from "../text/elements.js";
import {bytes, countText, durationText, joinedNames, pluralText, percentText} from "../text/format.js";
import {filesQuery} from "../lineage/lineageQuery.js";
import {mergeLayers} from "./mergeLayers.js";

/** What a merge was made from and by, and how its parents relate. */
export function recipeFacts(model: ModelManifest): PageContent {
  const {merge, recipe, files} = model;
  return [
    facts([
      [
        "Parents",
        joinedNames(model.parents.map(({name}) => (name === merge?.base ? `${name} (base)` : name)))
      ],
      ["Method", recipe?.method ?? "not recorded"],
      ["Parameters", parametersText(model)],
      ["Seed", merge && String(merge.seed)],
      ["Arithmetic", merge && (merge.exact ? "the reference's, step by step" : "float32, rounded once")],
      [
        "Weights",
        `${bytes(files.reduce((sum, file) => sum + file.bytes, 0))} in ${countText(files.length)} file${files.length === 1 ? "" : "s"}${model.folder === undefined ? "" : `, in ${model.folder}`}`
      ],
      ["NaN or infinite", merge && (merge.nonFinite === 0 ? "none" : `${countText(merge.nonFinite)} values`)],
      [
        "Took",
        model.metrics?.mergeSeconds === undefined
          ? undefined
          : durationText(1000 * model.metrics.mergeSeconds)
      ],
      ["Model", hash(model.id)],
      ...(merge ? [] : olderFigures(model))
    ]),
    merge ? mergeLayers(model, merge) : null,
    merge?.warnings.map((warning) => html`<p class="small">${warning}</p>`),
    recipe?.source === undefined
      ? null
      : html`<div>
          <h3>Recipe</h3>
          <pre tabindex="0">${recipe.source.trimEnd()}</pre>
        </div>`,
    details(
      `Hashes of ${pluralText(files.length, "file")}`,
      dataTable(
        files,
        [
          {name: "File", heading: true, value: ({path}) => path},
          {name: "Size", numeric: true, value: (file) => bytes(file.bytes)},
          {name: "SHA-256", wide: true, value: ({sha256}) => html`<code>${sha256}</code>`}
        ],
        {
          caption: `Files of ${model.name}`,
          cards: true,
          made: {
            what: "The model's files with their sizes and hashes.",
            n: pluralText(files.length, "file"),
            term: "merge",
            sql: filesQuery(model.id)
          }
        }
      )
    )
  ];
}

/** Parameters of the whole merge as the recipe sets them; those of single models stand in the recipe. */
function parametersText({recipe, settings}: ModelManifest): string | undefined {
  const lines = (recipe?.source ?? "").split("\n");
  const start = lines.findIndex((line) => /^parameters:/.test(line));
  const own = start < 0 ? [] : lines.slice(start + 1);
  const end = own.findIndex((line) => /^\S/.test(line));
  const inline = start < 0 ? [] : [lines[start]!.replace(/^parameters:\s*\{?|\}\s*$/g, "")];
  const given = [...inline, ...(end < 0 ? own : own.slice(0, end))]
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (given.length > 0) return given.join(", ");
  return recipe?.source === undefined ? settingsText(settings) : undefined;
}

const METRICS: Record<string, string> = {
  signConflictShare: "Sign conflicts",
  deltaCosine: "Cosine of deltas"
};

/** Figures of a merge whose record says nothing of layers. */
function olderFigures({metrics = {}}: ModelManifest): [string, PageContent][] {
  return Object.entries(metrics).flatMap(([name, value]): [string, PageContent][] =>
    name === "mergeSeconds" ? [] : [[memberOf(METRICS, name) ?? spaced(name), metricText(name, value)]]
  );
}

function metricText(name: string, value: number): string {
  return name.endsWith("Share") ? percentText(value) : Number(value.toPrecision(4)).toString();
}

function spaced(name: string): string {
  const words = name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function settingsText(settings: Record<string, unknown>): string | undefined {
  const entries = Object.entries(settings);
  return entries.length === 0
    ? undefined
    : entries
        .map(
          ([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`
        )
        .join(", ");
}

import {html, svg} from "htl";
import type {Comparison} from "../decisions/types.js";
import type {ModelManifest, ModelsData, RunView} from "../site/types.js";
import {differencesFrom} from "./differences.js";
import {dataTable} from "./dataTable.js";
import {code, type Content, details, emptyState, facts, hash, nothing, section} from "./elements.js";
import {bytes, count, duration, formatFor, list, type ScoreFormat, share} from "./format.js";
import {scoreFormatOf} from "./intervalPlot.js";
import {bestFirst, mergeGains, type MergeGain} from "./mergeGains.js";
import {mergeLayers} from "./mergeLayers.js";
import {loadRows, type RunRows, rowsIn, scoresOf} from "./runRows.js";

/** The rows of a run that has candidates made by merging; undefined, without fetching, when it has none. */
export async function rowsForMerges(run: RunView | null, data: ModelsData): Promise<RunRows | undefined> {
  return run && mergedCandidates(run, data).length > 0 ? loadRows(run.id) : undefined;
}

interface Merged {
  candidate: string;
  model: ModelManifest;
}

function mergedCandidates(run: RunView, data: ModelsData): Merged[] {
  const byId = new Map(data.models.map((model) => [model.id, model]));
  return run.candidates.flatMap(({name, modelId}) => {
    const model = modelId === undefined ? undefined : byId.get(modelId);
    return model && model.parents.length > 1 ? [{candidate: name, model}] : [];
  });
}

/**
 * Every merge: its parents, its recipe, how the parents relate, and, where it is a candidate of the run, its scores
 * beside its parents'. Merges that no candidate of the run uses come last.
 */
export function merges(run: RunView | null, data: ModelsData, rows: RunRows | undefined): Content {
  const merged = run && rows ? mergedCandidates(run, data) : [];
  const shown = new Set(merged.map(({model}) => model.id));
  const others = data.models.filter(
    (model) => model.folder !== undefined && model.merge && !shown.has(model.id)
  );
  // The choice of a run says what to do when there is none.
  if (!run && others.length === 0) return nothing();
  if (merged.length === 0 && others.length === 0)
    return emptyState("No candidate of this run was made by merging.", [
      "Merge models in an eval with ",
      code("mergedModel"),
      ", or by a recipe with ",
      code("assay merge RECIPE --out DIR"),
      ". The result stands here beside its parents."
    ]);
  const gains =
    run && rows
      ? bestFirst(
          merged.map((one) => gainOf(one, run, rows)),
          run
        )
      : [];
  return html`<div>
    ${run?.description && merged.length > 0 ? html`<p class="small">${run.description}</p>` : null}
    ${run && merged.length > 0 ? [section("Whether merging paid", mergeGains(gains, run)), section("Family", family(data, run))] : null}
    ${run ? gains.map((one) => mergeSection(one, run)) : null}
    ${others.map((model) => section(model.name, recordedMerge(model, run)))}
  </div>`;
}

function gainOf({candidate, model}: Merged, run: RunView, rows: RunRows): MergeGain {
  const parents = run.candidates.filter(
    ({modelId, name}) => name !== candidate && model.parents.some(({id}) => id === modelId)
  );
  const table = scoresOf(rows, run.primaryScorer, rowsIn(rows));
  const against = differencesFrom(table, candidate, run.verdict.alpha).filter(({b}) =>
    parents.some(({name}) => name === b)
  );
  return {candidate, model, against};
}

function mergeSection({candidate, model, against}: MergeGain, run: RunView): HTMLElement {
  const format = scoreFormatOf(run.verdict);
  return section(
    candidate,
    html`<p>${gain(candidate, against, format)}</p>`,
    scoreTableOf([candidate, ...against.map(({b}) => b)], against, run, format),
    details("How it was made, and how its parents relate", madeOf(model))
  );
}

function recordedMerge(model: ModelManifest, run: RunView | null): Content {
  return [
    html`<p>
      ${run ? "No candidate of this run is this model" : "No run has this model as a candidate"}, so nothing
      says whether it is better than its parents.
    </p>`,
    madeOf(model)
  ];
}

/** What a merge was made from and by, and how its parents relate. */
function madeOf(model: ModelManifest): Content {
  const {merge, recipe, files} = model;
  return [
    facts([
      ["Parents", list(model.parents.map(({name}) => (name === merge?.base ? `${name} (base)` : name)))],
      ["Method", recipe?.method ?? "not recorded"],
      ["Parameters", parametersText(model)],
      ["Seed", merge && String(merge.seed)],
      ["Arithmetic", merge && (merge.exact ? "the reference's, step by step" : "float32, rounded once")],
      [
        "Weights",
        `${bytes(files.reduce((sum, file) => sum + file.bytes, 0))} in ${count(files.length)} file${files.length === 1 ? "" : "s"}${model.folder === undefined ? "" : `, in ${model.folder}`}`
      ],
      ["NaN or infinite", merge && (merge.nonFinite === 0 ? "none" : `${count(merge.nonFinite)} values`)],
      [
        "Took",
        model.metrics?.mergeSeconds === undefined ? undefined : duration(1000 * model.metrics.mergeSeconds)
      ],
      ["Model", hash(model.id)],
      ...(merge ? [] : olderFigures(model))
    ]),
    merge ? mergeLayers(merge) : null,
    merge?.warnings.map((warning) => html`<p class="small">${warning}</p>`),
    recipe?.source === undefined
      ? null
      : html`<div>
          <h3>Recipe</h3>
          <pre tabindex="0">${recipe.source.trimEnd()}</pre>
        </div>`,
    details(
      `Hashes of ${count(files.length)} files`,
      dataTable(
        files,
        [
          {name: "File", heading: true, value: ({path}) => path},
          {name: "Size", numeric: true, value: (file) => bytes(file.bytes)},
          {name: "SHA-256", value: ({sha256}) => html`<code>${sha256}</code>`}
        ],
        {caption: `Files of ${model.name}`}
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

/** Says in words whether the merge beats its best parent. */
function gain(candidate: string, against: readonly Comparison[], format: ScoreFormat): string {
  const best = against[0];
  if (best?.difference === undefined)
    return "None of its parents was a candidate of this run, so there is nothing to compare it with.";
  const figures = `${format.difference(best.difference)} ${format.differenceUnit} (${format.differences(best.low, best.high)})`;
  if (best.low !== undefined && best.low > 0)
    return `${candidate} beats its best parent, ${best.b}, by ${figures.replace(/^\+/, "")}.`;
  if (best.high !== undefined && best.high < 0)
    return `${candidate} falls behind its best parent, ${best.b}: ${figures}.`;
  return `${candidate} is tied with its best parent or undecided against it, ${best.b}: ${figures}.`;
}

function scoreTableOf(
  names: readonly string[],
  against: readonly Comparison[],
  run: RunView,
  format: ScoreFormat
): HTMLElement {
  const summaries = names.flatMap((name) =>
    run.verdict.summaries.filter(({candidate}) => candidate === name)
  );
  const pairOf = (name: string) => against.find(({b}) => b === name);
  const points = formatFor(summaries.map(({mean}) => mean));
  return dataTable(
    summaries,
    [
      {name: "Candidate", heading: true, value: ({candidate}) => candidate},
      {name: `Mean ${run.primaryScorer}`, numeric: true, value: ({mean}) => format.score(mean)},
      {name: "Interval", numeric: true, value: ({low, high}) => format.interval(low, high)},
      {name: "Scored", numeric: true, value: ({scored, planned}) => `${count(scored)} / ${count(planned)}`},
      {
        name: `Δ of the merge, ${format.differenceUnit} (95 % CI)`,
        numeric: true,
        value: ({candidate}) => points.difference(pairOf(candidate)?.difference)
      },
      {
        name: "Interval of the difference",
        numeric: true,
        value: ({candidate}) => points.differences(pairOf(candidate)?.low, pairOf(candidate)?.high)
      }
    ],
    {caption: `Scores of ${names[0]} beside its parents'`, highlight: ({candidate}) => candidate === names[0]}
  );
}

const METRICS: Record<string, string> = {
  signConflictShare: "Sign conflicts",
  deltaCosine: "Cosine of deltas"
};

/** Figures of a merge whose record says nothing of layers. */
function olderFigures({metrics = {}}: ModelManifest): [string, Content][] {
  return Object.entries(metrics).flatMap(([name, value]): [string, Content][] =>
    name === "mergeSeconds" ? [] : [[METRICS[name] ?? spaced(name), metricText(name, value)]]
  );
}

function metricText(name: string, value: number): string {
  return name.endsWith("Share") ? share(value) : Number(value.toPrecision(4)).toString();
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

/** The models of the run with their ancestors, one generation a column, parents on the left. */
function family(data: ModelsData, run: RunView): HTMLElement {
  const byId = new Map(data.models.map((model) => [model.id, model]));
  const wanted = new Map<string, {name: string; parents: string[]}>();
  const visit = (id: string, name: string) => {
    if (wanted.has(id)) return;
    const parents = byId.get(id)?.parents ?? [];
    wanted.set(id, {name: byId.get(id)?.name ?? name, parents: parents.map((parent) => parent.id)});
    for (const parent of parents) visit(parent.id, parent.name);
  };
  for (const {modelId, model} of run.candidates)
    if (modelId !== undefined && (byId.get(modelId)?.parents.length ?? 0) > 0) visit(modelId, model);
  const depths = new Map<string, number>();
  const depthOf = (id: string): number => {
    const known = depths.get(id);
    if (known !== undefined) return known;
    depths.set(id, 0);
    const parents = wanted.get(id)?.parents ?? [];
    const depth = parents.length === 0 ? 0 : 1 + Math.max(...parents.map(depthOf));
    depths.set(id, depth);
    return depth;
  };
  const columns: string[][] = [];
  for (const id of wanted.keys()) (columns[depthOf(id)] ??= []).push(id);
  const places = new Map<string, {x: number; y: number}>();
  const tallest = Math.max(...columns.map((column) => column.length));
  columns.forEach((column, x) =>
    column.forEach((id, i) =>
      places.set(id, {x: 8 + x * 230, y: 24 + (i + (tallest - column.length) / 2) * 44})
    )
  );
  const width = columns.length * 230 - 20;
  const height = tallest * 44 + 8;
  const links = [...wanted].flatMap(([id, {parents}]) =>
    parents.map((parent) => {
      const [from, to] = [places.get(parent)!, places.get(id)!];
      return svg`<path d=${`M${from.x + 180},${from.y}C${from.x + 205},${from.y} ${to.x - 25},${to.y} ${to.x},${to.y}`} fill="none" stroke="var(--strong-line)" stroke-width="1.5"></path>`;
    })
  );
  const nodes = [...wanted].map(([id, {name, parents}]) => {
    const {x, y} = places.get(id)!;
    const merged = parents.length > 1;
    return svg`<g transform=${`translate(${x},${y})`}>
      <rect y="-16" width="180" height="32" rx="7" fill=${merged ? "var(--accent-soft)" : "var(--raised)"} stroke=${merged ? "var(--accent)" : "var(--line)"}></rect>
      <text x="12" dy="0.35em" fill="currentColor">${name.length > 24 ? `${name.slice(0, 23)}…` : name}</text>
    </g>`;
  });
  const label = `${[...wanted.values()].map(({name, parents}) => (parents.length === 0 ? name : `${name} from ${list(parents.map((parent) => wanted.get(parent)?.name ?? "an unknown model"))}`)).join("; ")}`;
  return html`<div class="scroll" role="region" aria-label="Family of models" tabindex="0">
    ${svg`<svg class="family" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${label}>${links}${nodes}</svg>`}
  </div>`;
}

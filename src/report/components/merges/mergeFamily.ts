import {html, svg} from "htl";
import {isMerged} from "../../../weights/models/adapted.js";
import type {ModelsData, RunView} from "../../site/types.js";
import {joinedNames, pluralText} from "../text/format.js";
import {lineageQuery} from "../lineage/lineageQuery.js";
import {line, wayAround} from "../lineage/wayAround.js";
import {figureFoot, type Provenance} from "../notes/made.js";
import {figureButtons} from "../notes/saving.js";

const GRID = {width: 180, step: {x: 230, y: 44}};

/** The models of the run with their ancestors, one generation a column, parents on the left. */
export function family(data: ModelsData, run: RunView): HTMLElement {
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
  const middle = (column: readonly string[], i: number) =>
    24 + (i + (tallest - column.length) / 2) * GRID.step.y;
  columns.forEach((column, x) =>
    column.forEach((id, i) => places.set(id, {x: 8 + x * GRID.step.x, y: middle(column, i)}))
  );
  const taken = columns.map((column, x) => ({
    x: 8 + x * GRID.step.x,
    taken: column.map((_, i) => middle(column, i))
  }));
  const width = columns.length * GRID.step.x - 20;
  const height = tallest * GRID.step.y + 8;
  const links = [...wanted].flatMap(([id, {parents}]) =>
    parents.map((parent) => {
      const [from, to] = [places.get(parent)!, places.get(id)!];
      const between = taken.filter(({x}) => from.x < x && x < to.x);
      const names = [parent, id].map((one) => wanted.get(one)?.name ?? one);
      return line(wayAround(from, to, {between, grid: GRID}), `${names[1]} from ${names[0]}`);
    })
  );
  const nodes = [...wanted].map(([id, {name}]) => {
    const {x, y} = places.get(id)!;
    const model = byId.get(id);
    const merged = model !== undefined && isMerged(model);
    return svg`<g transform=${`translate(${x},${y})`}>
      <rect y="-16" width=${GRID.width} height="32" rx="7" fill=${merged ? "var(--accent-soft)" : "var(--raised)"} stroke=${merged ? "var(--accent)" : "var(--line)"}></rect>
      <text x="12" dy="0.35em" fill="currentColor">${name.length > 24 ? `${name.slice(0, 23)}…` : name}</text>
    </g>`;
  });
  const label = `${[...wanted.values()].map(({name, parents}) => (parents.length === 0 ? name : `${name} from ${joinedNames(parents.map((parent) => wanted.get(parent)?.name ?? "an unknown model"))}`)).join("; ")}`;
  const picture = svg`<svg class="family" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${label}>${links}${nodes}</svg>`;
  const made: Provenance = {
    what: "The models of the run with the models that each was made from.",
    n: pluralText(wanted.size, "model"),
    term: "lineage",
    sql: lineageQuery([...wanted.keys()].map((id) => `model:${id}`)),
    run: run.id
  };
  return html`<div class="framed">
    <div class="scroll" role="region" aria-label="Family of models" tabindex="0">${picture}</div>
    ${figureFoot(
      made,
      figureButtons(() => picture as SVGSVGElement)
    )}
  </div>`;
}

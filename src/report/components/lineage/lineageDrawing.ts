import {cutText} from "../text/shortened.js";
import {html, svg} from "htl";
import {
  layersOf,
  type LineageGraph,
  type LineageNode,
  shortId
} from "../../../weights/models/lineageGraph.js";
import {linkTo} from "../address/address.js";
import {pluralText} from "../text/format.js";
import {figureFoot} from "../notes/made.js";
import {relatedQuery} from "./lineageQuery.js";
import {line, wayAround} from "./wayAround.js";
import {figureButtons} from "../notes/saving.js";

const STEP = {x: 176, y: 46};
const BOX = {width: 150, height: 38};
/** More records of one layer than this are counted in one box. */
const MOST = 8;

/** Records of one layer that are not drawn one by one. */
interface HiddenNodes {
  count: number;
  kind: string;
}

interface LineageLayer {
  nodes: LineageNode[];
  rest?: HiddenNodes;
}

/**
 * The records of the graph from left to right, each with lines to what was made of it; each leads to its own lineage. The chosen
 * one stands out and is always drawn. Tables beside the drawing say the same in words.
 */
export function lineageDrawing(graph: LineageGraph, chosen: LineageNode): HTMLElement {
  const layers = inOrder(graph).map((nodes) => cutLayer(nodes, chosen.id));
  const sizes = layers.map(({nodes, rest}) => nodes.length + (rest ? 1 : 0));
  const tallest = Math.max(...sizes);
  const middle = (layer: number, i: number) => 24 + (i + (tallest - sizes[layer]!) / 2) * STEP.y;
  const places = new Map<string, {x: number; y: number}>();
  layers.forEach(({nodes, rest}, layer) => {
    nodes.forEach(({id}, i) => places.set(id, {x: 4 + layer * STEP.x, y: middle(layer, i)}));
    if (rest) places.set(restId(layer), {x: 4 + layer * STEP.x, y: middle(layer, nodes.length)});
  });
  const columns = layers.map((_, layer) => 4 + layer * STEP.x);
  const taken = columns.map((x) => [...places.values()].filter((place) => place.x === x).map(({y}) => y));
  const lines = graph.edges.flatMap(({from, to, how}) => {
    const [start, end] = [places.get(from), places.get(to)];
    if (!start || !end) return [];
    const between = columns.flatMap((x, layer) =>
      start.x < x && x < end.x ? [{x, taken: taken[layer]!}] : []
    );
    return [line(wayAround(start, end, {between, grid: {width: BOX.width, step: STEP}}), how)];
  });
  const boxes = layers.flatMap(({nodes, rest}, layer) => [
    ...nodes.map((node) => recordBox(node, places.get(node.id)!, node.id === chosen.id)),
    ...(rest ? [restBox(rest, places.get(restId(layer))!)] : [])
  ]);
  const width = layers.length * STEP.x - (STEP.x - BOX.width) + 8;
  const height = tallest * STEP.y + 4;
  const label = `Graph of ${pluralText(graph.nodes.length, "record")} around ${chosen.name}; the table below lists them`;
  const picture = svg`<svg class="family" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="group" aria-label=${label}>${lines}${boxes}</svg>`;
  const made = {
    what: "What the chosen record came from, and what was made of it, as the records themselves say.",
    n: pluralText(graph.nodes.length, "record"),
    term: "lineage" as const,
    sql: relatedQuery(chosen.id)
  };
  const region = html`<div class="scroll" role="region" aria-label="Lineage" tabindex="0">${picture}</div>`;
  // Where the drawing is wider than the page it begins at the chosen record.
  requestAnimationFrame(() => {
    region.scrollLeft = places.get(chosen.id)!.x + BOX.width - region.clientWidth / 2;
  });
  return html`<div class="framed">
    ${region}
    ${figureFoot(
      made,
      figureButtons(() => picture as SVGSVGElement)
    )}
  </div>`;
}

const restId = (layer: number) => `rest ${layer}`;

/** The last of a layer, which of runs are the newest, the chosen one among them, and how many more there are. */
function cutLayer(nodes: readonly LineageNode[], chosen: string): LineageLayer {
  if (nodes.length <= MOST) return {nodes: [...nodes]};
  const own = nodes.filter(({id}) => id === chosen);
  const others = nodes.filter(({id}) => id !== chosen).slice(1 - MOST + own.length);
  const drawn = new Set([...own, ...others]);
  const left = nodes.filter((node) => !drawn.has(node));
  return {nodes: nodes.filter((node) => drawn.has(node)), rest: {count: left.length, kind: left[0]!.kind}};
}

function recordBox(node: LineageNode, {x, y}: {x: number; y: number}, chosen: boolean): SVGElement {
  const edge = node.erased ? "var(--bad)" : chosen ? "var(--accent)" : "var(--strong-line)";
  return svg`<a href=${linkTo("./lineage", {record: node.id, drawn: undefined})} aria-current=${chosen ? "true" : null}>
    <g transform=${`translate(${x},${y})`}>
      <rect y=${-BOX.height / 2} width=${BOX.width} height=${BOX.height} rx="7" fill=${chosen ? "var(--accent-soft)" : "var(--raised)"} stroke=${edge} stroke-width=${chosen ? 2.5 : 1.2} stroke-dasharray=${node.missing ? "5 4" : null}></rect>
      <text x="10" y="-3" fill="var(--text)" font-weight=${chosen ? 600 : 400}>${cutText(node.name, 20)}</text>
      <text x="10" y="12" font-size="11" fill="var(--muted)">${cutText(underName(node), 25)}</text>
      <title>${`${node.kind} ${node.name}, ${shortId(node)}`}</title>
    </g>
  </a>`;
}

function restBox({count, kind}: HiddenNodes, {x, y}: {x: number; y: number}): SVGElement {
  return svg`<text transform=${`translate(${x},${y})`} x="10" dy="0.35em" fill="var(--muted)">and ${pluralText(count, `more ${kind}`)}<title>The table below lists them.</title></text>`;
}

function underName(node: LineageNode): string {
  if (node.missing) return `${node.kind}, missing`;
  if (node.erased) return `${node.kind}, rows erased`;
  if (node.kind === "run") return `run ${node.facts.started ?? ""} ${shortId(node).slice(-6)}`;
  return `${node.kind} ${node.kind === "version" ? shortId(node).split("@").at(-1) : shortId(node)}`;
}

/** The layers, each in the order of the middle of what its nodes came from, so that fewer lines cross. */
function inOrder(graph: LineageGraph): LineageNode[][] {
  const height = new Map<string, number>();
  return layersOf(graph).map((layer) => {
    const wanted = new Map(
      layer.map(({id}, i) => {
        const above = graph.edges.flatMap(({from, to}) => (to === id ? (height.get(from) ?? []) : []));
        return [id, above.length === 0 ? i : above.reduce((sum, y) => sum + y, 0) / above.length];
      })
    );
    const sorted = [...layer].sort((a, b) => wanted.get(a.id)! - wanted.get(b.id)!);
    sorted.forEach(({id}, i) => height.set(id, i - sorted.length / 2));
    return sorted;
  });
}

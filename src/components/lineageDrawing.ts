import {html, svg} from "htl";
import {layersOf, type LineageGraph, type LineageNode, shortId} from "../models/lineageGraph.js";

const STEP = {x: 236, y: 50};
const BOX = {width: 188, height: 40};

/**
 * The records from left to right, each with lines to what was made of it. The chosen one and what belongs to it stand out;
 * tables beside it say the same in words.
 */
export function lineageDrawing(
  graph: LineageGraph,
  chosen: string,
  {up, down}: {up: ReadonlySet<string>; down: ReadonlySet<string>}
): HTMLElement {
  const layers = inOrder(graph);
  const tallest = Math.max(...layers.map((layer) => layer.length));
  const places = new Map<string, {x: number; y: number}>();
  layers.forEach((layer, x) =>
    layer.forEach(({id}, i) =>
      places.set(id, {x: 4 + x * STEP.x, y: 28 + (i + (tallest - layer.length) / 2) * STEP.y})
    )
  );
  const width = layers.length * STEP.x - (STEP.x - BOX.width) + 8;
  const height = tallest * STEP.y + 8;
  const belongs = (id: string) => id === chosen || up.has(id) || down.has(id);
  const onPath = ({from, to}: {from: string; to: string}) =>
    ((up.has(from) || from === chosen) && (up.has(to) || to === chosen)) ||
    ((down.has(to) || to === chosen) && (down.has(from) || from === chosen));
  const lines = [...graph.edges]
    .sort((a, b) => Number(onPath(a)) - Number(onPath(b)))
    .map((edge) => {
      const from = places.get(edge.from)!;
      const to = places.get(edge.to)!;
      const [start, end] = [from.x + BOX.width, to.x];
      const bend = Math.max(24, (end - start) / 2);
      return svg`<path d=${`M${start},${from.y}C${start + bend},${from.y} ${end - bend},${to.y} ${end},${to.y}`} fill="none" stroke=${onPath(edge) ? "var(--accent)" : "var(--line)"} stroke-width=${onPath(edge) ? 2 : 1.2}><title>${edge.how}</title></path>`;
    });
  const boxes = layers.flat().map((node) => {
    const {x, y} = places.get(node.id)!;
    const mine = belongs(node.id);
    const edge = node.erased ? "var(--bad)" : mine ? "var(--accent)" : "var(--line)";
    return svg`<g transform=${`translate(${x},${y})`}>
      <rect y=${-BOX.height / 2} width=${BOX.width} height=${BOX.height} rx="7" fill=${node.id === chosen ? "var(--accent-soft)" : "var(--raised)"} stroke=${edge} stroke-width=${node.id === chosen ? 2.5 : 1.2} stroke-dasharray=${node.missing ? "5 4" : null}></rect>
      <text x="10" y="-3" fill=${mine ? "var(--text)" : "var(--muted)"} font-weight=${node.id === chosen ? 600 : 400}>${cut(node.name, 25)}</text>
      <text x="10" y="12" font-size="11" fill="var(--muted)">${cut(underName(node), 30)}</text>
      <title>${`${node.kind} ${node.name}, ${shortId(node)}`}</title>
    </g>`;
  });
  const related = graph.nodes.filter(({id}) => id !== chosen && belongs(id)).length;
  const label = `Graph of ${graph.nodes.length} records; ${related} belong to the chosen one and are listed below`;
  return html`<div class="scroll" role="region" aria-label="Lineage" tabindex="0">
    ${svg`<svg class="family" width=${width} height=${height} viewBox=${`0 0 ${width} ${height}`} role="img" aria-label=${label}>${lines}${boxes}</svg>`}
  </div>`;
}

function underName(node: LineageNode): string {
  if (node.missing) return `${node.kind}, missing`;
  if (node.erased) return `${node.kind}, rows erased since`;
  return `${node.kind} ${node.kind === "version" ? shortId(node).split("@").at(-1) : node.kind === "run" ? shortId(node).slice(-12) : shortId(node)}`;
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
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

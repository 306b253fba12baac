import {html} from "htl";
import {
  dataReaching,
  type LineageGraph,
  type LineageKind,
  type LineageNode,
  type ReachingData,
  reached,
  shortId
} from "../models/lineageGraph.js";
import {dataTable} from "./dataTable.js";
import {code, type Content, emptyState, facts, nothing, section} from "./elements.js";
import {count} from "./format.js";
import {type Input, select} from "./inputs.js";
import {lineageDrawing} from "./lineageDrawing.js";

const GROUPS: [LineageKind, string][] = [
  ["model", "Models"],
  ["run", "Runs"],
  ["version", "Dataset versions"],
  ["split", "Splits"]
];

/** More than this cannot be taken in: only what belongs to the chosen record is drawn. */
const MOST_DRAWN = 60;

/** Lets a reader choose a record; the address keeps it. The model with most ancestors unless told. Null in an empty store. */
export function chooseRecord(graph: LineageGraph): Input<LineageNode | null> {
  if (graph.nodes.length === 0)
    return Object.assign(
      emptyState("The store holds no version, model or run yet.", [
        "Run an eval with ",
        code("npx assay run"),
        ", then build the site again with ",
        code("npx assay build"),
        "."
      ]),
      {value: null}
    );
  const choices = GROUPS.flatMap(([kind, group]) =>
    graph.nodes
      .filter((node) => node.kind === kind)
      .map((node) => ({label: labelOf(node), value: node, id: node.id, group}))
  );
  const sizes = new Map(
    choices.map(({value}) => [value, value.kind === "model" ? reached(graph, value.id, "up").size : 0])
  );
  const most = Math.max(...sizes.values());
  return select(choices, {label: "Record", key: "record", selected: (node) => sizes.get(node) === most});
}

function labelOf(node: LineageNode): string {
  const name = node.kind === "version" ? shortId(node) : `${node.name}, ${shortId(node)}`;
  return node.missing ? `${name} (missing)` : name;
}

/** The graph with what belongs to a record, and what data reached it. */
export function lineage(graph: LineageGraph, record: LineageNode | null): Content {
  if (!record) return nothing();
  const up = reached(graph, record.id, "up");
  const down = reached(graph, record.id, "down");
  const related = new Set([record.id, ...up, ...down]);
  const whole = graph.nodes.length <= MOST_DRAWN;
  const drawn = whole
    ? graph
    : {
        nodes: graph.nodes.filter(({id}) => related.has(id)),
        edges: graph.edges.filter(({from, to}) => related.has(from) && related.has(to))
      };
  return html`<div>
    ${section(
      "From data to runs",
      html`<p>
        Marked: ${labelOf(record)}, ${count(up.size)} records that it came from and ${count(down.size)} made
        of
        it.${whole ? "" : ` The other ${count(graph.nodes.length - related.size)} of the store are not drawn.`}
      </p>`,
      lineageDrawing(drawn, record.id, {up, down})
    )}
    ${section(`The ${NAMES[record.kind]}`, aboutRecord(record))}
    ${record.kind === "model" || record.kind === "run" ? section("Data that reached it", reachingTable(graph, record)) : null}
    ${section("Records that belong to it", relatedTable(graph, record, {up, down}))}
  </div>`;
}

const NAMES: Record<LineageKind, string> = {
  version: "dataset version",
  split: "split",
  model: "model",
  run: "run"
};

function aboutRecord(node: LineageNode): Content {
  return [
    ...notesOf(node).map((text) => html`<p class="notice">${text}</p>`),
    facts([
      ["Name", node.name],
      ["Id", html`<code>${shortId(node)}</code>`],
      ...Object.entries(node.facts).map(([word, value]): [string, Content] => [
        word.charAt(0).toUpperCase() + word.slice(1),
        typeof value === "number" ? count(value) : value
      ])
    ])
  ];
}

function notesOf({missing, erased}: LineageNode): string[] {
  const notes = [];
  if (missing) notes.push("Another record names it, and the store does not have it.");
  if (erased)
    notes.push(
      `It learned from rows of ${erased.dataset} that were erased on ${erased.at.slice(0, 10)}${erased.through === undefined ? "" : `, through ${erased.through}`}.${erased.accepted === undefined ? "" : ` Accepted: ${erased.accepted}`}`
    );
  return notes;
}

function reachingTable(graph: LineageGraph, record: LineageNode): Content {
  const data = dataReaching(graph, record.id);
  if (data.length === 0)
    return html`<p>No training record says what data reached it. That does not mean that none did.</p>`;
  return dataTable<ReachingData>(
    data,
    [
      {name: "Version", heading: true, value: ({dataset, version}) => `${dataset}@${version.slice(0, 12)}`},
      {name: "Part", value: ({part}) => part},
      {name: "Subset", value: ({subset}) => subset ?? "–"},
      {name: "Rows", numeric: true, value: ({rows}) => (rows === undefined ? "–" : count(rows))},
      {name: "How", value: ({use, through}) => (use === "trained" ? `trained ${through}` : "scored on")}
    ],
    {caption: `Data that reached ${record.name}`}
  );
}

function relatedTable(
  graph: LineageGraph,
  record: LineageNode,
  {up, down}: {up: ReadonlySet<string>; down: ReadonlySet<string>}
): Content {
  const related = graph.nodes.filter(({id}) => up.has(id) || down.has(id));
  if (related.length === 0) return html`<p>None that the store knows of.</p>`;
  return dataTable(
    related,
    [
      {name: "Record", heading: true, value: labelOf},
      {name: "Kind", value: ({kind}) => NAMES[kind]},
      {name: "Relation", value: ({id}) => (up.has(id) ? "ancestor" : "descendant")},
      {name: "Note", value: (node) => notesOf(node).join(" ") || "–"}
    ],
    {caption: `Records that belong to ${record.name}`}
  );
}

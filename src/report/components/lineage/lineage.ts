import {html} from "htl";
import {
  dataReaching,
  type ContaminatedRows,
  type LineageGraph,
  type LineageKind,
  type LineageNode,
  type ReachingData,
  reached,
  shortId,
  wayOf
} from "../../../weights/models/lineageGraph.js";
import {fromAddress, linkTo} from "../address/address.js";
import type {VerdictsData} from "../../site/types.js";
import type {CurvesData} from "../../site/learningCurves.js";
import {byRank, type RankedRuns} from "../candidates/byRank.js";
import {dataTable} from "../tables/dataTable.js";
import {
  code,
  type PageContent,
  emptyState,
  facts,
  furtherSection,
  nothing,
  section
} from "../text/elements.js";
import {countText, pluralText} from "../text/format.js";
import {learningCurve} from "./learningCurve.js";
import {type Input, select} from "../inputs/inputs.js";
import {lineageDrawing} from "./lineageDrawing.js";
import {contaminationQuery, relatedQuery} from "./lineageQuery.js";
import {openedRun, unmetRun} from "../address/runOfAddress.js";

const GROUPS: [LineageKind, string][] = [
  ["model", "Models"],
  ["run", "Runs"],
  ["version", "Dataset versions"],
  ["split", "Splits"],
  ["export", "Exports"],
  ["job", "Jobs"]
];

/** Lets a reader choose a record; the address keeps it. By default the opened run, else the model with most ancestors. Null in an empty store. */
export function chooseRecord(
  graph: LineageGraph,
  verdicts?: Pick<VerdictsData, "runs">
): Input<LineageNode | null> {
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
  const run = graph.nodes.find(({id}) => id === `run:${fromAddress("run") ?? openedRun(verdicts)?.id}`);
  return select(choices, {
    label: "Record",
    key: "record",
    selected: (node) => (run ? node === run : sizes.get(node) === most),
    unmet: unmetRun(run !== undefined)
  });
}

function labelOf(node: LineageNode): string {
  const name = node.kind === "version" ? shortId(node) : `${node.name}, ${shortId(node)}`;
  return node.missing ? `${name} (missing)` : name;
}

type Direction = "up" | "down" | "both";

/** What a record came from, what was made of it, what data reached it, and how a model learned. */
export function recordLineage(
  graph: LineageGraph,
  record: LineageNode | null,
  data?: CurvesData,
  verdicts?: RankedRuns
): PageContent {
  if (!record) return nothing();
  const up = reached(graph, record.id, "up");
  const down = reached(graph, record.id, "down");
  const directions: {label: string; id: string; value: Direction}[] = [
    {label: `What it came from (${countText(up.size)})`, id: "from", value: "up"},
    {label: `What was made of it (${countText(down.size)})`, id: "made", value: "down"},
    {label: "Both", id: "both", value: "both"}
  ];
  const which = select(directions, {
    label: "Drawn",
    key: "drawn",
    selected: (direction) => direction === (up.size > 0 ? "up" : "down")
  });
  const place = html`<div></div>`;
  const draw = () => {
    const drawn = new Set([
      record.id,
      ...(which.value === "down" ? [] : up),
      ...(which.value === "up" ? [] : down)
    ]);
    const part = {
      nodes: graph.nodes.filter(({id}) => drawn.has(id)),
      edges: graph.edges.filter(({from, to}) => drawn.has(from) && drawn.has(to))
    };
    place.replaceChildren(lineageDrawing(part, record));
  };
  which.addEventListener("input", (event) => {
    event.stopPropagation();
    draw();
  });
  draw();
  return html`<div>
    ${section("From data to runs", which, place)} ${section(`The ${NAMES[record.kind]}`, aboutRecord(record))}
    ${learned(record, data)}
    ${record.kind === "model" || record.kind === "run" ? furtherSection("Data that reached it", reachingTable(graph, record)) : null}
    ${record.contaminated ? furtherSection("Rows that candidates had learned from", contaminatedTable(record, record.contaminated, verdicts)) : null}
    ${furtherSection("Records that belong to it", relatedTable(graph, record, {up, down}))}
  </div>`;
}

function learned({kind, id}: LineageNode, data: CurvesData | undefined): PageContent {
  const curve = kind === "model" ? data?.curves.find(({model}) => id === `model:${model}`) : undefined;
  return curve ? section("Learning curve", learningCurve(curve)) : null;
}

const NAMES: Record<LineageKind, string> = {
  version: "dataset version",
  split: "split",
  export: "export",
  job: "job",
  model: "model",
  run: "run"
};

function aboutRecord(node: LineageNode): PageContent {
  return [
    ...notesOf(node).map((text) => html`<p class="notice">${text}</p>`),
    facts([
      ["Name", node.name],
      ["Id", html`<code>${shortId(node)}</code>`],
      ...Object.entries(node.facts)
        .filter(([, value]) => value !== shortId(node))
        .map(([word, value]): [string, PageContent] => [
          word.charAt(0).toUpperCase() + word.slice(1),
          typeof value === "number" ? countText(value) : value
        ])
    ])
  ];
}

function notesOf({kind, missing, erased}: LineageNode): string[] {
  const notes = [];
  if (missing) notes.push("Another record names it, and the store does not have it.");
  if (erased)
    notes.push(
      `It ${kind === "export" ? "holds" : "learned from"} rows of ${erased.dataset} that were erased on ${erased.at.slice(0, 10)}${erased.through === undefined ? "" : `, through ${erased.through}`}.${erased.accepted === undefined ? "" : ` Accepted: ${erased.accepted}`}`
    );
  return notes;
}

function reachingTable(graph: LineageGraph, record: LineageNode): PageContent {
  const data = dataReaching(graph, record.id);
  if (data.length === 0)
    return html`<p>No training record says what data reached it. That does not mean that none did.</p>`;
  const splits = new Map(graph.nodes.map(({id, name}) => [id, name]));
  return dataTable<ReachingData>(
    data,
    [
      {name: "Version", heading: true, value: ({dataset, version}) => `${dataset}@${version.slice(0, 12)}`},
      {name: "Split", value: ({dataset, split}) => splits.get(`split:${dataset}/${split}`) ?? "–"},
      {name: "Part", value: ({part}) => part},
      {name: "Subset", value: ({subset}) => subset ?? "–"},
      {name: "Rows", numeric: true, value: ({rows}) => (rows === undefined ? "–" : countText(rows))},
      {name: "How", value: (one) => wayOf(one)}
    ],
    {
      caption: `Data that reached ${record.name}`,
      cards: true,
      made: {
        what: "What data a record learned from, was checked on or was scored on, through all that it was made of.",
        n: pluralText(data.length, "record of training or scoring", "records of training or scoring"),
        term: "lineage",
        sql: relatedQuery(record.id),
        engine: "dataReaching follows these ties and adds parts and rows from the records of training"
      }
    }
  );
}

function contaminatedTable(
  record: LineageNode,
  marked: readonly ContaminatedRows[],
  verdicts?: RankedRuns
): PageContent {
  const run = shortId(record);
  const rows = byRank(marked, ({candidate}) => candidate, {run, verdicts});
  return dataTable<ContaminatedRows>(
    rows,
    [
      {name: "Candidate", heading: true, value: ({candidate}) => candidate},
      ...(["clean", "near", "contaminated", "unknown"] as const).map((mark) => ({
        name: `${mark.charAt(0).toUpperCase()}${mark.slice(1)}`,
        numeric: true,
        value: (row: ContaminatedRows) => countText(row[mark])
      }))
    ],
    {
      caption: `Rows of ${record.name} that candidates had learned from`,
      cards: true,
      made: {
        what: "Of the rows that a candidate is scored on, how many it, or a model that it was made from, was trained on.",
        n: pluralText(rows.length, "candidate whose training is known", "candidates whose training is known"),
        term: "contamination",
        sql: contaminationQuery(run),
        run
      }
    }
  );
}

function relatedTable(
  graph: LineageGraph,
  record: LineageNode,
  {up, down}: {up: ReadonlySet<string>; down: ReadonlySet<string>}
): PageContent {
  const related = graph.nodes.filter(({id}) => up.has(id) || down.has(id));
  if (related.length === 0) return html`<p>None in the store.</p>`;
  return dataTable(
    related,
    [
      {
        name: "Record",
        heading: true,
        value: (node) =>
          html`<a href=${linkTo("./lineage", {record: node.id, drawn: undefined})}>${labelOf(node)}</a>`
      },
      {name: "Kind", value: ({kind}) => NAMES[kind]},
      {name: "Relation", value: ({id}) => (up.has(id) ? "ancestor" : "descendant")},
      {name: "Note", value: (node) => notesOf(node).join(" ") || "–"}
    ],
    {
      caption: `Records that belong to ${record.name}`,
      cards: true,
      made: {
        what: "All that a record was made of, and all that was made of it.",
        n: pluralText(related.length, "record"),
        term: "lineage",
        sql: relatedQuery(record.id)
      }
    }
  );
}

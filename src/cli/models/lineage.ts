import {
  type ContaminatedRows,
  dataReaching,
  type LineageGraph,
  type LineageNode,
  neighbours,
  reached,
  type ReachingData,
  shortId,
  storedLineage,
  wayOf
} from "../../weights/models/index.js";
import {contaminatedRows} from "../../report/site/index.js";
import {UserError} from "../../base/validation/index.js";
import {openStore, readRun} from "../../base/store/index.js";
import {openProject} from "../project/project.js";
import {bold, type TableColumn, print, printJson, table} from "../terminal/terminal.js";

/** Prints what a record of the store came from, what data reached it, and what was made of it. */
export async function lineageVerb(
  name: string,
  options: {up?: boolean; down?: boolean; json?: boolean}
): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const graph = await storedLineage(store, {archived: true});
    const node = findNode(graph, name);
    const ways = options.up
      ? (["up"] as const)
      : options.down
        ? (["down"] as const)
        : (["up", "down"] as const);
    const data = options.down ? [] : dataReaching(graph, node.id);
    const run =
      node.kind === "run" && !options.down ? await readRun(store.workspace, shortId(node)) : undefined;
    const contaminated = run && (await contaminatedRows(store, run));
    if (options.json) {
      const shown = new Set([node.id, ...ways.flatMap((way) => [...reached(graph, node.id, way)])]);
      return printJson({
        node: {...node, contaminated},
        data,
        nodes: graph.nodes.filter(({id}) => shown.has(id)),
        edges: graph.edges.filter(({from, to}) => shown.has(from) && shown.has(to))
      });
    }
    print(bold(titleOf(node)));
    const facts = Object.entries(node.facts).map(([word, value]) => `${word} ${value}`);
    if (facts.length > 0) print(`  ${facts.join(", ")}`);
    for (const way of ways) {
      print("");
      print(bold(way === "up" ? "Made from" : "What was made of it"));
      const lines = lineageTree(graph, node.id, way);
      print(lines.length > 0 ? lines.join("\n") : "  nothing that the store knows of");
    }
    if (!options.down && (node.kind === "model" || node.kind === "run")) {
      print("");
      print(bold("Data that reached it"));
      const splits = new Map(graph.nodes.map(({id, name: split}) => [id, split]));
      const lines = data.map((one) => dataLine(one, splits.get(`split:${one.dataset}/${one.split}`)));
      print(lines.length > 0 ? lines.join("\n") : "  none that was recorded");
    }
    if (contaminated) {
      print("");
      print(bold("Rows that candidates had learned from"));
      print(rowsTable(contaminated));
    }
  } finally {
    store.close();
  }
}

/** An indented tree, one line a record; what stands in it already is named and not unfolded again. */
export function lineageTree(graph: LineageGraph, id: string, way: "up" | "down"): string[] {
  const byId = new Map(graph.nodes.map((node) => [node.id, node]));
  const next = neighbours(graph.edges, way);
  const unfolded = new Set([id]);
  const below = (of: string, depth: number): string[] =>
    (next.get(of) ?? []).flatMap(({id: other, how}) => {
      const again = unfolded.has(other);
      unfolded.add(other);
      const more = again && next.has(other) ? " (see above)" : "";
      const line = `${"  ".repeat(depth)}${titleOf(byId.get(other)!)} – ${how}${more}`;
      return again ? [line] : [line, ...below(other, depth + 1)];
    });
  return below(id, 1);
}

function titleOf(node: LineageNode): string {
  const {kind, name, missing, erased} = node;
  const notes = [];
  if (missing) notes.push("missing from the store");
  if (erased)
    notes.push(
      `${kind === "export" ? "holds" : "learned from"} rows of ${erased.dataset} erased since${erased.through ? `, through ${erased.through}` : ""}${erased.accepted === undefined ? "" : ", accepted"}`
    );
  const own = ["version", "run", "job"].includes(kind) ? shortId(node) : `${name} ${shortId(node)}`;
  return `${kind} ${own}${notes.length > 0 ? ` [${notes.join("; ")}]` : ""}`;
}

/** What the candidates of a run had learned of the rows that they are scored on. */
function rowsTable(rows: readonly ContaminatedRows[]): string {
  const counts: TableColumn<ContaminatedRows>[] = (["clean", "near", "contaminated", "unknown"] as const).map(
    (mark) => ({title: mark, align: "right", value: (row) => row[mark]})
  );
  return table(rows, [{title: "candidate", text: "name", value: ({candidate}) => candidate}, ...counts]);
}

function dataLine(data: ReachingData, split: string | undefined): string {
  const {dataset, version, part, subset, rows} = data;
  const which = [
    `${part} part${split === undefined ? "" : ` of ${split}`}`,
    subset,
    rows === undefined ? undefined : `${rows} rows`
  ];
  const words = which.filter((word) => word !== undefined).join(", ");
  return `  ${dataset}@${version.slice(0, 12)}, ${words}: ${wayOf(data)}`;
}

/** A record by its name or the beginning of its id; of several models, versions or runs of one name the newest. */
export function findNode(graph: LineageGraph, name: string): LineageNode {
  const idOf = ({id, kind}: LineageNode) => id.slice(kind.length + 1);
  const exact = graph.nodes.filter((node) => idOf(node) === name);
  const named = graph.nodes.filter((node) => node.name === name && node.kind !== "split");
  // A job's result has its name: the name means the model.
  const others = named.filter(({kind}) => kind !== "job");
  const called = others.length > 0 ? others : named;
  const there = graph.nodes.filter((node) => node.there === name);
  const begun = graph.nodes.filter(
    (node) => name.length >= 4 && (idOf(node).startsWith(name) || shortId(node).startsWith(name))
  );
  const kinds = new Set(called.map(({kind}) => kind));
  if (exact[0]) return exact[0];
  if (there.length > 0) return there.at(-1)!;
  if (kinds.size > 1)
    throw new UserError(
      `${JSON.stringify(name)} is the name of a ${[...kinds].join(" and of a ")}. Give an id: ${called.map((node) => shortId(node)).join(", ")}.`
    );
  // Those of a kind stand in the order of their making.
  if (called.length > 0) return called.filter(({missing}) => !missing).at(-1) ?? called.at(-1)!;
  if (begun.length === 1) return begun[0]!;
  if (begun.length > 1)
    throw new UserError(
      `${JSON.stringify(name)} is the beginning of ${begun.length} records: ${begun.map((node) => `${node.kind} ${shortId(node)}`).join(", ")}.`
    );
  throw new UserError(
    `the store has no model, run, version, split, job or export ${JSON.stringify(name)}. \`assay runs\`, \`assay versions\`, \`assay models\` and \`assay jobs\` list what there is.`
  );
}

import {html} from "htl";
import type {RunView, SqlEngine, VerdictsData} from "../../site/types.js";
import {fromAddress, onReturn, rememberInAddress} from "../address/address.js";
import {dataTable} from "../tables/dataTable.js";
import {
  code,
  type PageContent,
  emptyState,
  freshId,
  furtherSection,
  nothing,
  section
} from "../text/elements.js";
import {bytes, countText, pluralText} from "../text/format.js";
import {select} from "../inputs/inputs.js";
import {numberText, typedAnswer, type TypedAnswer} from "./sqlAnswer.js";
import {sqlDatabase} from "./sqlDatabase.js";
import {sqlExamples} from "./sqlExamples.js";
import type {ReportFiles} from "./reportTable.js";
import {tablesOf} from "./sqlTables.js";

/** Lines of an answer that are shown; the query itself sees all rows. */
const MOST_SHOWN = 500;

/** Queries over what this report publishes, answered by a DuckDB that the site brings; nothing leaves the browser. */
export function sqlPage(...options: Parameters<typeof sqlConsole>): Promise<PageContent> {
  return Promise.resolve(sqlConsole(...options));
}

function sqlConsole(
  run: RunView | null,
  {runs}: VerdictsData,
  {engine, files}: {engine: SqlEngine | null; files: ReportFiles}
): PageContent {
  if (!run) return nothing();
  if (!engine)
    return emptyState(
      "This site was built without DuckDB for the browser.",
      [
        "Add it to the project with ",
        code("npm install --save-dev @duckdb/duckdb-wasm@1.32.0"),
        " and build the site again. It is an add-on, because it makes a site 37 MB larger."
      ],
      [
        "In a terminal ",
        code("npx assay sql"),
        " asks the project's store, whose tables are others than this page's: ",
        code("show tables"),
        " lists them."
      ]
    );
  const examples = sqlExamples(run);
  const [first] = examples;
  const id = freshId("sql");
  const given = fromAddress("sql");
  if (given !== null && examples.every(({sql}) => sql !== given))
    examples.unshift({label: "The query of the address", sql: given});
  const query = html`<textarea
    id=${id}
    rows="8"
    spellcheck="false"
    autocomplete="off"
  ></textarea>` as HTMLTextAreaElement;
  query.value = given ?? first!.sql;
  const example = select(
    examples.map(({label, sql}) => ({label, value: sql})),
    {label: "Example", selected: (sql) => sql === query.value}
  );
  const button = html`<button type="button" class="primary">Run</button>` as HTMLButtonElement;
  const result = html`<div aria-live="polite"></div>`;
  const answerQuery = async () => {
    const sql = query.value.trim();
    if (sql === "") return;
    button.disabled = true;
    result.replaceChildren(
      html`<p>Loading DuckDB ${engine.version} (${bytes(engine.bytes)}, once) and the run's tables …</p>`
    );
    try {
      const connection = await sqlDatabase(engine, run, runs, files);
      const started = performance.now();
      const answer = await typedAnswer(connection, sql);
      result.replaceChildren(answerTable(answer, performance.now() - started));
    } catch (cause) {
      result.replaceChildren(failure(cause));
    } finally {
      button.disabled = false;
    }
  };
  const ask = () => {
    rememberInAddress({sql: query.value});
    void answerQuery();
  };
  button.addEventListener("click", ask);
  query.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) ask();
  });
  // What is typed here is no choice of the page until it is asked.
  query.addEventListener("input", (event) => event.stopPropagation());
  example.addEventListener("input", (event) => {
    event.stopPropagation();
    query.value = example.value;
    ask();
  });
  const node = html`<div>
    ${section(
      "Query",
      example,
      html`<div class="field sql"><label for=${id}>SQL</label>${query}</div>`,
      html`<p class="ask">${button}<span class="small">or Ctrl+Enter</span></p>`,
      result
    )}
    ${furtherSection("Tables", tableList(run))}
  </div>`;
  onReturn(node, () => {
    const wanted = fromAddress("sql") ?? first!.sql;
    if (wanted === query.value) return;
    query.value = wanted;
    void answerQuery();
  });
  if (given !== null) void answerQuery();
  return node;
}

function tableList(run: RunView): PageContent {
  const tables = tablesOf(run);
  return dataTable(
    tables,
    [
      {name: "Table", heading: true, value: ({name}) => code(name)},
      {name: "Columns", wide: true, value: ({columns}) => columns.join(", ")},
      {name: "What it holds", wide: true, value: ({about}) => about}
    ],
    {
      caption: "Tables that can be asked",
      cards: true,
      made: {
        what: "The tables of this page and their columns.",
        n: pluralText(tables.length, "table"),
        term: "query",
        sql: `select table_name, string_agg(column_name, ', ' order by ordinal_position) as columns
from information_schema.columns
where table_schema = 'main'
group by table_name
order by table_name`
      }
    }
  );
}

function answerTable({answer, columns}: TypedAnswer, ms: number): HTMLElement {
  const rows = Array.from({length: Math.min(answer.numRows, MOST_SHOWN)}, (_row, i) => {
    const line = answer.get(i);
    return columns.map(({name}) => line?.[name]);
  });
  const cut = answer.numRows > MOST_SHOWN ? `, of which the first ${countText(MOST_SHOWN)} are shown` : "";
  return html`<div>
    <p class="small">${pluralText(answer.numRows, "row")} in ${countText(Math.round(ms))} ms${cut}.</p>
    ${
      rows.length === 0
        ? null
        : dataTable(
            rows,
            columns.map(({name, numeric}, i) => ({
              name,
              numeric,
              heading: i === 0,
              value: (row: readonly unknown[]) => sqlCell(row[i])
            })),
            {caption: "Answer to the query", cards: false, filter: false}
          )
    }
  </div>`;
}

function sqlCell(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object") return String(value as string | bigint | boolean);
  return JSON.stringify(value, (_key, one: unknown) => (typeof one === "bigint" ? Number(one) : one));
}

function failure(cause: unknown): HTMLElement {
  const message = cause instanceof Error ? cause.message : String(cause);
  return html`<div class="empty" role="alert">
    <p class="empty-title">The query failed.</p>
    <pre tabindex="0">${message}</pre>
  </div>`;
}

import {
  INDEX_FILE,
  JUDGES_FILE,
  lengthColumn,
  pageFile,
  pagesOf,
  scoreColumnsFile
} from "../../site/rowFiles.js";
import type {RunView} from "../../site/types.js";
import type {SqlConnection} from "./sqlConnection.js";
import {fetchRowFile} from "../rows/runRows.js";
import {loadReport, type ReportFiles, type CellValue} from "./reportTable.js";
import {hasJudge, JUDGE_TABLES, judgeViews} from "./sqlJudgeTables.js";
import {REPORT_TABLES} from "./sqlReportTables.js";
import {quotedName, quotedText} from "../text/sqlText.js";

/** Tables and their columns, as the page lists them; `rows`, `scores` and `answers` are of one run. */
export function tablesOf(run: RunView): {name: string; columns: string[]; about: string}[] {
  return [
    {
      name: "rows",
      columns: ["row_id", "cluster", "expected", "excerpt", ...run.slices.map(({name}) => name)],
      about: "the chosen run's rows, as far as they are published"
    },
    {
      name: "scores",
      columns: ["row_id", "candidate", "scorer", "score"],
      about: "every score of the run, the mean over repeats"
    },
    {
      name: "answers",
      columns: ["row_id", "candidate", "answer", "failure", "characters"],
      about:
        "every published answer of the run, of the first repeat, or why there is none; lengths in runs with a judge"
    },
    ...(hasJudge(run) ? JUDGE_TABLES : []),
    {name: "runs", columns: Object.keys(runLine(run)), about: "the runs of this report"},
    {
      name: "candidates",
      columns: Object.keys(candidateLines(run)[0] ?? {}),
      about: "the candidates of all these runs with their means, intervals and costs"
    },
    ...REPORT_TABLES.map(({name, columns, about}) => ({name, columns: Object.keys(columns), about}))
  ];
}

/** Fills the database with the tables of `run`, in place of those of another one. */
export async function copyTables(
  connection: SqlConnection,
  run: RunView,
  runs: readonly RunView[]
): Promise<void> {
  for (const name of ["rows", "scores", "answers", ...JUDGE_TABLES.map((table) => table.name)])
    await connection.query(`drop view if exists ${name}`);
  await fill(connection, "runs", runs.map(runLine));
  await fill(connection, "candidates", runs.flatMap(candidateLines));
  await copyFiles(connection, run.id, "published", pageNames(run.rows));
  await copyFiles(connection, run.id, "run_index", [INDEX_FILE]);
  const slices = run.slices.map(({name}) => `f.${quotedName(`slice:${name}`)} as ${quotedName(name)}`);
  // Files with a value of every row hold the rows in the order of the pages.
  await connection.query(
    `create view rows as select ${["row_id", "cluster", "p.expected", "excerpt", ...slices].join(", ")}
     from published p ${slices.length > 0 ? "positional join run_index f" : ""}`
  );
  const candidates = run.candidates.map(({name}) => name);
  // Unpivoted, because a union of a join for each candidate takes more stack than a browser gives.
  const scores: string[] = [];
  for (const [index, {name: scorer}] of run.scorers.entries()) {
    await copyFiles(connection, run.id, `scores_${index}`, [scoreColumnsFile(index)]);
    const columns = candidates.map((candidate) => `score:${scorer}:${candidate}`);
    scores.push(
      `select row_id, candidate, ${quotedText(scorer)} as scorer, score from (unpivot
         (select row_id, ${columns.map((name) => `s.${quotedName(name)}::double as ${quotedName(name)}`).join(", ")}
          from published positional join scores_${index} s)
         on ${columns.map((name, i) => `${quotedName(name)} as ${quotedName(candidates[i]!)}`).join(", ")}
         into name candidate value score)`
    );
  }
  await view(connection, "scores", scores);
  const judged = hasJudge(run);
  if (judged) {
    await copyFiles(connection, run.id, "run_judges", [JUDGES_FILE]);
    for (const [name, parts] of await judgeViews(connection, run)) await view(connection, name, parts);
  }
  await view(connection, "answers", candidates.length > 0 ? [answers(candidates, judged)] : []);
}

/** Every candidate's answers: three columns each become lines of a table. */
function answers(candidates: readonly string[], judged: boolean): string {
  const columns = candidates.map((name) => ({
    name,
    answer: quotedName(`answer:${name}`),
    failure: quotedName(`failure:${name}`),
    length: quotedName(lengthColumn(0, name))
  }));
  const selected = columns.flatMap(({answer, failure, length}) => [
    `case p.${answer} when chr(0) then '(not published)' else p.${answer} end as ${answer}`,
    `p.${failure}`,
    `${judged ? `j.${length}` : "null"}::double as ${length}`
  ]);
  const groups = columns.map(
    ({name, answer, failure, length}) => `(${answer}, ${failure}, ${length}) as ${quotedName(name)}`
  );
  return `select * from (select row_id, ${selected.join(", ")}
      from published p${judged ? " positional join run_judges j" : ""})
    unpivot include nulls ((answer, failure, characters) for candidate in (${groups.join(", ")}))`;
}

function pageNames(rows: number): string[] {
  return Array.from({length: pagesOf(rows)}, (_page, number) => pageFile(number));
}

/** A table of the rows of some of a run's files, in their order. */
async function copyFiles(
  connection: SqlConnection,
  run: string,
  table: string,
  files: readonly string[]
): Promise<void> {
  const {tableFromIPC, tableToIPC} = await import("apache-arrow");
  const parts = await Promise.all(files.map((file) => fetchRowFile(run, file)));
  await connection.query(`drop table if exists ${table}`);
  let create = true;
  for (const part of parts) {
    const found = tableFromIPC(part);
    if (found.numCols === 0) continue;
    await connection.insertArrowFromIPCStream(tableToIPC(found, "stream"), {name: table, create});
    create = false;
  }
}

/** Fills the database with the tables of the other pages, which are about all runs, data and models. */
export async function copyReportTables(connection: SqlConnection, files: ReportFiles): Promise<void> {
  const data = await loadReport(files);
  for (const {name, columns, lines} of REPORT_TABLES) {
    const typed = Object.entries(columns).map(([column, type]) => `${quotedName(column)} ${type}`);
    await connection.query(`create or replace table ${name} (${typed.join(", ")})`);
    const values = lines(data).map((line) => `(${line.map(sqlLiteral).join(", ")})`);
    if (values.length > 0) await connection.query(`insert into ${name} values ${values.join(", ")}`);
  }
}

/** By SQL: Arrow's own way to make a table from lines writes code at run time, which the page's policy forbids. */
async function fill(
  connection: SqlConnection,
  name: string,
  lines: readonly Record<string, string | number | undefined>[]
): Promise<void> {
  const columns = Object.keys(lines[0] ?? {});
  if (columns.length === 0) return;
  const values = lines.map((line) => `(${columns.map((column) => sqlLiteral(line[column])).join(", ")})`);
  await connection.query(
    `create or replace table ${name} as from (values ${values.join(", ")}) t(${columns.map(quotedName).join(", ")})`
  );
}

function sqlLiteral(value: CellValue): string {
  if (value === undefined || value === null) return "null";
  return typeof value === "string" ? quotedText(value) : String(value);
}

async function view(connection: SqlConnection, name: string, parts: readonly string[]): Promise<void> {
  if (parts.length > 0) await connection.query(`create view ${name} as ${parts.join(" union all ")}`);
}

function runLine(run: RunView) {
  const {id, eval: name, split, dataset, rows, margin, primaryScorer, sealedAt, costUsd, verdict} = run;
  return {
    run: id,
    eval: name,
    split: split.name,
    dataset: dataset.name,
    version: dataset.version,
    rows,
    scorer: primaryScorer,
    margin,
    sealed_at: sealedAt,
    cost_usd: costUsd,
    verdict: verdict.kind,
    action: verdict.action
  };
}

function candidateLines(run: RunView) {
  return run.verdict.summaries.map(({candidate, mean, low, high, scored, planned}) => {
    const view = run.candidates.find(({name}) => name === candidate);
    return {
      run: run.id,
      candidate,
      model: view?.model,
      endpoint: view?.endpoint,
      hosting: view?.hosting,
      mean,
      low,
      high,
      scored,
      planned,
      usd_per_thousand: view?.costPerThousand,
      p50_latency_ms: view?.p50LatencyMs,
      p95_latency_ms: view?.p95LatencyMs,
      requests_in_flight: run.concurrency
    };
  });
}

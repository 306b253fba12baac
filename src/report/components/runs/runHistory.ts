import {html} from "htl";
import {splitText} from "../../../evals/decisions/points.js";
import {scoreName} from "../../../evals/decisions/scoreScale.js";
import {corpusName} from "../../../base/stats/index.js";
import {amountText, runBill, sideBill, sideBillText, type SideRecord} from "../../../base/costs/index.js";
import type {RunCandidate, RunManifest, RunsData, VerdictsData} from "../../site/types.js";
import {importedFrom} from "../../site/importedFrom.js";
import {byRank, type RankedRuns} from "../candidates/byRank.js";
import {dataTable} from "../tables/dataTable.js";
import {
  badge,
  code,
  type PageContent,
  emptyState,
  facts,
  furtherSection,
  hash,
  nothing,
  section
} from "../text/elements.js";
import {countText, dollars, durationText, joinedNames, pluralText, time} from "../text/format.js";
import {type Input, select} from "../inputs/inputs.js";
import {openedRun} from "../address/runOfAddress.js";
import {recordLines} from "../text/recordLines.js";
import {runCandidatesQuery, runScorersQuery, sealedRunsQuery} from "./runQueries.js";

/** Lets a reader choose any sealed run, the newest first; the address may name one, else it is that of the first page. */
export function chooseAnyRun(
  data: RunsData,
  verdicts?: Pick<VerdictsData, "runs">
): Input<RunManifest | null> {
  if (data.runs.length === 0)
    return Object.assign(
      emptyState("No eval has been run yet.", ["Run one with ", code("npx assay run"), "."]),
      {value: null}
    );
  return select(
    data.runs.map((run) => ({
      label: `${run.title ?? run.eval}, ${splitText(run.split)}, ${time(run.sealedAt)}`,
      id: run.id,
      value: run as RunManifest | null
    })),
    {label: "Run", key: "run", selected: (run) => run?.id === openedRun(verdicts)?.id}
  );
}

/** Everything needed to trace a run's numbers, and what to type to run it again. Candidates stand in their verdict's order. */
export function provenance(run: RunManifest | null, verdicts?: RankedRuns): PageContent {
  if (!run) return nothing();
  return html`<div>
    ${section(
      `${run.id}: ${countText(run.counts.completed)} of ${pluralText(run.counts.planned, "answer")}`,
      html`<p class="eyebrow">
        ${badge(run.status, run.status === "complete" ? "good" : "open")}${
          run.stopped ? html`<span>${run.stopped}</span>` : null
        }
      </p>`,
      candidatesTable(run, verdicts)
    )}
    ${section(
      "Run it again",
      html`<pre tabindex="0" aria-label="Command">
${run.code.revision ? `git checkout ${run.code.revision.slice(0, 12)}\n` : ""}npx ${run.command}</pre>`,
      html`<p class="small">
        ${run.imported ? "It reads the files again and makes no call." : againText(run)}
      </p>`,
      counts(run),
      erased(run)
    )}
    ${furtherSection("Where its numbers come from", sources(run))} ${furtherSection("Scorers", scorers(run))}
  </div>`;
}

function againText({code: {revision, dirty}}: RunManifest): string {
  const changed = !revision
    ? "The code's revision was not recorded. "
    : dirty
      ? "The code had changes that were not committed. "
      : "";
  return `${changed}What is in the store already is not paid for again.`;
}

function counts(run: RunManifest): HTMLElement {
  const {planned, completed, failed, reused, scored, unscored} = run.counts;
  return facts([
    [
      "Completions",
      `${countText(completed)} of ${countText(planned)} planned, ${countText(failed)} failed, ${countText(reused)} reused`
    ],
    ["Scores", `${countText(scored)}, and ${pluralText(unscored, "completion")} without one`],
    ["Cost", costText(run)],
    ["Scorers' calls", run.scorerCalls && sideText(run.scorerCalls, "scorer call")],
    ["Readiness checks", run.preflightCalls && sideText(run.preflightCalls, "preflight call")],
    run.imported
      ? ["Imported", `${time(run.sealedAt)} UTC`]
      : [
          "Time",
          `${durationText(1000 * run.seconds)}, from ${time(run.startedAt)} to ${time(run.sealedAt)} UTC`
        ],
    ["Last asked for", run.askedAt === undefined ? undefined : `${time(run.askedAt)} UTC`]
  ]);
}

function costText(run: RunManifest): string {
  const {text, left} = runBill(run, dollars);
  return left ? `${text}, ${left}` : text;
}

/** Their number alone where no API bills them. */
function sideText(calls: SideRecord, what: string): string {
  return sideBillText(calls, what, dollars) ?? pluralText(calls.calls, what);
}

function erased({purged}: RunManifest): PageContent {
  if (!purged?.length) return null;
  const told = purged.map(
    ({rows, at, reason}) => `${pluralText(rows, "row")} on ${time(at).slice(0, 10)} (${reason})`
  );
  return html`<p class="small">
    Erased since: ${joinedNames(told)}. What was asked, expected and answered there is gone; the scores still
    count.
  </p>`;
}

function sources(run: RunManifest): HTMLElement {
  const {dataset, split} = run;
  return facts([
    ["Imported", run.imported && importedFiles(run.imported)],
    ["Eval", run.evalFile ? html`<span>${run.evalFile.path}, ${hash(run.evalFile.sha256)}</span>` : run.eval],
    [
      "Data",
      html`<span>${dataset.name}, version ${hash(dataset.version)}, ${countText(dataset.rows)} rows</span>`
    ],
    [
      "Split",
      run.imported
        ? "none: all rows of the files"
        : html`<span
            >${split.name} (${split.strategy}), ${split.part} part, seed ${split.seed},
            ${hash(split.id)}</span
          >`
    ],
    [
      "Prompts",
      run.imported
        ? undefined
        : run.variants.map(({name, sha256}) => html`<div>${name}, ${hash(sha256)}</div>`)
    ],
    ["Repeats", countText(run.repeats)],
    ["Limit", run.limit === undefined ? undefined : pluralText(run.limit, "row")],
    ["Seed", code(run.seed)],
    ["Plan", hash(run.planHash)],
    ["Assay", `${run.code.assay}, Node ${run.code.node}`]
  ]);
}

function importedFiles(imported: NonNullable<RunManifest["imported"]>): PageContent {
  return [
    html`<div>${importedFrom(imported)}</div>`,
    ...imported.files.map(
      ({path, sha256, answers}) => html`<div>${path}, ${hash(sha256)}, ${pluralText(answers, "answer")}</div>`
    )
  ];
}

function candidatesTable({id, candidates}: RunManifest, verdicts?: RankedRuns): HTMLElement {
  const all = byRank(candidates, ({name}) => name, {run: id, verdicts});
  return dataTable(
    all,
    [
      {
        name: "Candidate",
        heading: true,
        value: ({name, model, baseline}) =>
          html`<span>${name}<small>${model}</small>${baseline ? html`<small>baseline</small>` : null}</span>`
      },
      {
        name: "Endpoint",
        value: ({endpoint, endpointKind, hosting}) =>
          html`<span>${endpoint}<small>${endpointKind}, ${hosting}</small></span>`
      },
      {name: "Identity", value: ({identity}) => recordLines(identity)},
      {name: "Parameters", value: ({params}) => recordLines(params)},
      {name: "Price per million tokens", wide: true, value: (one: RunCandidate) => priceText(one)}
    ],
    {
      caption: "Candidates as they were asked",
      cards: true,
      made: {
        what: "The model, endpoint, parameters and price of every candidate, as the run recorded them.",
        n: pluralText(all.length, "candidate"),
        term: "candidate",
        sql: runCandidatesQuery(id),
        run: id
      }
    }
  );
}

function priceText({price}: Pick<RunCandidate, "price">): PageContent {
  if (!price) return "–";
  return html`<span
    >${dollars(price.inputUsdPerMillion)} in, ${dollars(price.outputUsdPerMillion)} out<small
      >${price.asOf}, ${price.source}</small
    ></span
  >`;
}

function scorers(run: RunManifest): HTMLElement {
  return dataTable(
    run.scorers,
    [
      {
        name: "Scorer",
        heading: true,
        value: ({name, corpus}) =>
          html`<span
            >${scoreName(name, corpus && corpusName(corpus))}${name === run.primaryScorer ? html`<small>decides</small>` : null}</span
          >`
      },
      ...(run.scorers.some(({asks}) => asks)
        ? [
            {
              name: "Asks",
              wide: true,
              value: ({asks}: RunManifest["scorers"][number]) =>
                asks
                  ? html`<span
                      >${asks.model}<small>${asks.endpoint}</small>${asks.price ? priceText(asks) : null}</span
                    >`
                  : "nobody"
            }
          ]
        : []),
      {name: "Version", value: ({version}) => hash(version)},
      {name: "Scores", value: ({binary}) => (binary ? "right or wrong" : "graded")}
    ],
    {
      caption: "Scorers with the version of their code",
      cards: true,
      made: {
        what: "What scored the answers: a version is the hash of a scorer's code and all that it imports.",
        n: pluralText(run.scorers.length, "scorer"),
        term: "score",
        sql: runScorersQuery(run.id),
        run: run.id
      }
    }
  );
}

function scorersText({scorerCalls}: RunManifest): PageContent {
  if (!scorerCalls) return null;
  const {usd, untold, unpriced} = sideBill(scorerCalls);
  const isWhole = untold + unpriced === 0;
  if (usd === undefined && isWhole) return null;
  const cost = usd === undefined ? "not known" : amountText(usd, isWhole, dollars);
  return html`<small>scorers' calls: ${cost}</small>`;
}

const erasedRows = (purged: NonNullable<RunManifest["purged"]>) =>
  purged.reduce((sum, {rows}) => sum + rows, 0);

/** Every sealed run, the newest first. */
export function runList(data: RunsData): PageContent {
  if (data.runs.length === 0) return nothing();
  return furtherSection(
    "All runs",
    dataTable(
      data.runs,
      [
        {
          name: "Run",
          heading: true,
          value: ({id}) => html`<a href=${`?run=${encodeURIComponent(id)}`}>${id}</a>`
        },
        {
          name: "Eval",
          wide: true,
          value: (run) => html`<span>${run.title ?? run.eval}<small>${splitText(run.split)}</small></span>`
        },
        {
          name: "Status",
          value: ({status, purged}) => [
            badge(status, status === "complete" ? "good" : "open"),
            purged?.length ? html`<small>${pluralText(erasedRows(purged), "row")} erased since</small>` : null
          ]
        },
        {
          name: "Completed",
          numeric: true,
          value: ({counts: {completed, planned, failed}}) => [
            `${countText(completed)} / ${countText(planned)}`,
            failed > 0 ? html`<small>${countText(failed)} failed</small>` : null
          ]
        },
        {
          name: "Cost",
          numeric: true,
          value: (run) => {
            const {kind, text} = runBill(run, dollars);
            return [
              kind === "known" ? text : kind === "unknown" ? "not known" : dollars(undefined),
              scorersText(run)
            ];
          }
        },
        {name: "Code", value: ({code: {revision}}) => revision?.slice(0, 7)},
        {name: "Sealed (UTC)", value: (run) => time(run.sealedAt)}
      ],
      {
        caption: "All sealed runs, the newest first",
        cards: true,
        made: {
          what: "Every sealed run with its calls and its cost.",
          n: pluralText(data.runs.length, "run"),
          term: "score",
          sql: sealedRunsQuery()
        }
      }
    )
  );
}

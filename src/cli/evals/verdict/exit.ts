import {emptyRecord} from "../../../base/validation/memberOf.js";
import {costTable, OLD_PRICE_DAYS, type PriceRow, wayCost} from "../../../base/costs/index.js";
import {type CandidateCost, type ScoreWriter, writerOf} from "../../../evals/decisions/index.js";
import {
  type CandidateExit,
  exitReport,
  type ExitReport,
  type KnownEnd,
  readShutdowns,
  type Shutdown
} from "../../../report/providerExit/index.js";
import {projectPrices, runCosts, runVerdict} from "../../../report/site/index.js";
import type {PriceNote} from "../../../report/site/costTypes.js";
import {messageOf} from "../../../base/validation/index.js";
import {openStore, type RunManifest, type Store} from "../../../base/store/index.js";
import {chosenRun} from "../../project/chosenRun.js";
import {findProject, loadEvals, openProject} from "../../project/project.js";
import {bold, type TableColumn, dim, note, print, printJson, table} from "../../terminal/terminal.js";

interface ExitOptions {
  margin?: number;
  ask?: boolean;
  json?: boolean;
}

/** Prints, for each candidate of a run, what leaving its provider would mean. */
export async function exitVerb(name: string | undefined, options: ExitOptions): Promise<void> {
  const project = findProject();
  const store = await openStore(await openProject());
  try {
    const {run, race} = await chosenRun(store, name);
    const {table: scores, verdict, calls} = await runVerdict(store, run, {race, margin: options.margin});
    const asked = options.ask ? await askedShutdowns(project, run.eval) : [];
    const prices = await projectPrices(project);
    const at = new Date().toISOString().slice(0, 10);
    const listed = await listedCosts(store, run, {prices, at});
    const report = await exitReport(store, run, {
      table: scores,
      margin: verdict.margin,
      costs: {
        ...listed.costs,
        ...Object.fromEntries(calls.flatMap(({candidate, cost}) => (cost ? [[candidate, cost]] : [])))
      },
      moving: listed.moving,
      shutdowns: [...asked, ...(await readShutdowns(project))],
      prices,
      at
    });
    if (options.json) printJson({...report, run: report.run.id, oldPrices: listed.old});
    else
      print([exitText(report, writerOf(verdict.scale), Date.now()), ...listed.old.map(oldText)].join("\n"));
  } finally {
    store.close();
  }
}

const oldText = ({candidate, asOf, daysOld}: PriceNote) =>
  dim(`the price of ${candidate} is of ${asOf}: ${daysOld} days old, more than ${OLD_PRICE_DAYS}`);

/**
 * What candidates on hosted APIs cost by their tokens, and by the project's prices of today where the run's record has none;
 * what getting to each costs once, where that is stated; and the prices that are old.
 */
async function listedCosts(
  store: Store,
  run: RunManifest,
  listed: {prices: readonly PriceRow[]; at: string}
): Promise<{costs: Record<string, CandidateCost>; moving: Record<string, number>; old: PriceNote[]}> {
  const {samples, prices: notes} = await runCosts(store, run, listed);
  const costs = emptyRecord<CandidateCost>();
  const moving = emptyRecord<number>();
  for (const {sample, hosting, monthly} of costTable(samples, {requestsPerMonth: 1000})) {
    if (hosting?.kind === "api" && monthly.usdPerMonth !== undefined)
      costs[sample.name] ??= {usdPerThousand: monthly.usdPerMonth * run.repeats, rows: sample.rows};
    const way = sample.wayThere && wayCost(sample.wayThere);
    if (way) moving[sample.name] = way.firstUsd;
  }
  return {costs, moving, old: notes.filter(({old}) => old)};
}

/** What the servers of an eval's candidates say themselves: `shutdown_date` in their lists of models. */
async function askedShutdowns(project: string, name: string): Promise<Shutdown[]> {
  const {evals} = await loadEvals(project, [name]);
  const found: Shutdown[] = [];
  for (const {reach} of evals[0]?.definition.candidates ?? []) {
    if (!reach?.endpoint.shutdownDate) continue;
    const {endpoint, model} = reach;
    try {
      const date = await endpoint.shutdownDate!(model);
      const {baseUrl} = await endpoint.identity(model);
      if (date !== undefined && baseUrl !== undefined)
        found.push({
          host: new URL(baseUrl).hostname,
          touches: "model",
          model,
          date,
          says: `${model} shuts down`,
          source: `the list of models of ${endpoint.name}`,
          asOf: new Date().toISOString().slice(0, 10)
        });
    } catch (error) {
      note(`! ${messageOf(error)}`);
    }
  }
  return found;
}

function exitText({run, margin, candidates}: ExitReport, write: ScoreWriter, now: number): string {
  const lines = [
    bold(`Leaving: ${run.eval} · ${run.split.name} split`) +
      dim(` · run ${run.id} · no worse means at most ${write.difference(margin)}, at 95%`)
  ];
  for (const one of candidates) lines.push("", ...candidateLines(one, write, now));
  return lines.join("\n");
}

const SHOWN = 5;

function candidateLines(one: CandidateExit, {number}: ScoreWriter, now: number): string[] {
  const cost =
    one.usdPerThousand === undefined ? "cost not known" : `${usd(one.usdPerThousand)} a 1,000 rows`;
  const lines = [
    `${bold(one.candidate)} (${one.model}, ${one.owned ? "yours: " : "held by "}${one.heldBy}, ${cost})`
  ];
  lines.push(...untilLines(one.until, now), ...distillationLines(one, now));
  for (const {what, kept, detail} of one.keeps)
    lines.push(`  ${kept ? "keeps" : "loses"} ${what}: ${detail}`);
  if (one.owned) return lines;
  if (one.substitutes.length === 0)
    return [
      ...lines,
      "  no substitute was scored on these rows: add a candidate of another provider, or weights of your own"
    ];
  const safe = one.substitutes.filter(({verdict}) => verdict === "non-inferior");
  lines.push(
    safe.length === 0
      ? "  no substitute is shown to be no worse yet"
      : `  ${safe.length} of ${one.substitutes.length} substitutes are no worse`
  );
  const columns: TableColumn<(typeof one.substitutes)[number]>[] = [
    {title: "substitute", text: "name", value: (row) => row.candidate},
    {title: "held by", text: "name", value: (row) => row.heldBy},
    {
      title: "Δ (90% CI)",
      align: "right",
      value: (row) => `${number(row.difference)} (${number(row.low)} to ${number(row.high)})`
    },
    {title: "", value: (row) => WORDS[row.verdict]},
    {
      title: "cost of 1,000 rows",
      align: "right",
      value: (row) => (row.usdPerThousand === undefined ? undefined : usd(row.usdPerThousand))
    }
  ];
  if (one.substitutes.some(({movingUsd}) => movingUsd !== undefined))
    columns.push({
      title: "to get there, once",
      align: "right",
      value: ({movingUsd}) => (movingUsd === undefined ? undefined : usd(movingUsd))
    });
  return [...lines, table(one.substitutes.slice(0, SHOWN), columns, {indent: 2})];
}

/** What a model of the team's own could learn from the one that ends. */
function distillationLines(
  {distillation: found, endsOn, usdPerThousand}: CandidateExit,
  now: number
): string[] {
  if (!found || endsOn === undefined) return [];
  const {answered, toAsk} = found;
  const held = `of ${answered + toAsk} training rows the store holds ${answered} of its answers`;
  if (toAsk === 0) return [`  distil it: ${held}, enough to begin: \`assay distil\``];
  if (Date.parse(endsOn) < now) return [`  distil it: ${held}; the others cannot be asked any more`];
  const price = usdPerThousand === undefined ? "" : `, about ${usd((toAsk * usdPerThousand) / 1000)}`;
  return [`  distil it: ${held}; ${toAsk} are to be asked until ${endsOn}${price}: \`assay distil\``];
}

/** Of what several sources say of one thing the earliest day holds; the others are named after it. */
function untilLines(until: readonly KnownEnd[], now: number): string[] {
  const told = new Set<string>();
  return until.map(({touches, date, says, source, asOf}) => {
    const from = `(${source}, read ${asOf})`;
    if (told.has(touches)) return `  another source says ${date}: ${says} ${from}`;
    told.add(touches);
    const days = Math.ceil((Date.parse(date) - now) / 86_400_000);
    const count = `${Math.abs(days)} ${Math.abs(days) === 1 ? "day" : "days"}`;
    const when = days < 0 ? `${count} ago` : days === 0 ? "today" : `in ${count}`;
    return `! until ${date} (${when}): ${says} ${from}`;
  });
}

const WORDS = {"non-inferior": "no worse", undecided: "undecided", inferior: "worse"};

const usd = (amount: number) => `$${amount.toFixed(4)}`;

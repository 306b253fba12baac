import {
  type BreakEven,
  breakEvens,
  cheapestChoice,
  failedRowsText,
  type CostedOption,
  costTable,
  hostingName,
  needAdvice,
  needWords,
  optionLeaves,
  optionName,
  OLD_PRICE_DAYS,
  type OptionBreakEven,
  sharedRowsText,
  sideModelText
} from "../../../base/costs/index.js";
import {formatEstimate, writerOf} from "../../../evals/decisions/index.js";
import {decisionOf, listRaces} from "../../../evals/races/index.js";
import {UserError} from "../../../base/validation/index.js";
import {openStore, findRun} from "../../../base/store/index.js";
import {projectPrices, readPriceFile, runCosts, runVerdict} from "../../../report/site/index.js";
import type {CostsData, SideCost} from "../../../report/site/costTypes.js";
import {amountsText, choiceLine, usd} from "./amountsText.js";
import {openProject} from "../../project/project.js";
import {bold, dim, print, printJson, table} from "../../terminal/terminal.js";

export interface CostsOptions {
  prices?: string;
  at?: string;
  volume: number;
  months: number;
  json?: boolean;
}

/** What a run's candidates cost at a volume, priced again from its recorded tokens. Calls nobody. */
export async function costsVerb(id: string, options: CostsOptions): Promise<void> {
  const workspace = await openProject();
  const prices =
    options.prices === undefined
      ? await projectPrices(workspace.project)
      : await readPriceFile(options.prices);
  const store = await openStore(workspace);
  try {
    const run = findRun(await store.runs({archived: true}), id);
    const {race} = decisionOf(run, await listRaces(store.workspace));
    const choice = {
      prices,
      repriced: options.prices !== undefined || options.at !== undefined,
      at: options.at ?? new Date().toISOString().slice(0, 10)
    };
    const {verdict} = await runVerdict(store, run, {race});
    const data: CostsData = {
      ...(await runCosts(store, run, choice, race)),
      held: verdict.held ? verdict.action : undefined
    };
    if (data.samples.length === 0) throw new UserError(`run ${data.run} has no candidates.`);
    const settings = {requestsPerMonth: options.volume, horizonMonths: options.months};
    const costed = costTable(data.samples, settings);
    const crossings = breakEvens(costed, settings);
    if (options.json) return printJson(jsonOf(data, settings, costed, crossings));
    print(costsText(data, settings, {costed, crossings, evalName: run.imported ? undefined : run.eval}));
  } finally {
    store.close();
  }
}

interface CostHorizon {
  requestsPerMonth: number;
  horizonMonths: number;
}

interface PrintedCosts {
  costed: readonly CostedOption[];
  crossings: readonly OptionBreakEven[];
  /** The eval that can be run again; absent of answers from other tools. */
  evalName?: string;
}

function costsText(
  data: CostsData,
  {requestsPerMonth, horizonMonths}: CostHorizon,
  {costed, crossings, evalName}: PrintedCosts
): string {
  const {number} = writerOf(data.scale);
  const lines = [
    bold(`${data.eval} · ${data.split} split`) +
      dim(` · run ${data.run} · prices for ${data.at} · ${count(requestsPerMonth)} requests a month`),
    bold(choiceLine(data, costed)),
    table([...costed].sort(byCost), [
      {title: "candidate", text: "name", value: ({sample}) => sample.name},
      {title: "hosting", text: "name", value: ({hosting}) => hosting && hostingName(hosting)},
      {
        title: data.figure === undefined ? data.scorer : `${data.figure} (${data.scorer})`,
        align: "right",
        value: ({sample}) => sample.quality && number(sample.quality.mean)
      },
      {
        title: "95% CI",
        value: ({sample: {quality}}) =>
          quality?.low === undefined ? undefined : `${number(quality.low)} to ${number(quality.high!)}`
      },
      ...(data.comparedRows === undefined
        ? []
        : [
            {
              title: `on ${count(data.comparedRows)} shared rows`,
              align: "right" as const,
              value: ({sample: {compared}}: CostedOption) =>
                compared?.mean === undefined ? undefined : number(compared.mean)
            }
          ]),
      {title: "$/1,000 requests", align: "right", value: ({usdPerThousand}) => usd(usdPerThousand)},
      {
        title: "95% CI",
        value: ({low, high}) =>
          low === undefined || usd(low) === usd(high) ? undefined : `${usd(low)} to ${usd(high)}`
      },
      {title: "$/1M tokens", align: "right", value: ({usdPerMillionTokens}) => usd(usdPerMillionTokens)},
      {
        title: "$/month",
        align: "right",
        value: ({usdPerMonth, monthly}) => (monthly.aboveCapacity ? "above capacity" : usd(usdPerMonth))
      },
      {title: "machines", align: "right", value: ({monthly}) => monthly.units},
      {
        title: "capacity/month",
        align: "right",
        value: ({monthly: {capacityPerMonth}}) => capacityPerMonth && count(capacityPerMonth)
      },
      {
        title: "on the frontier",
        align: "right",
        value: ({frontierShare}) =>
          frontierShare === undefined ? undefined : `${Math.round(100 * frontierShare)}%`
      }
    ])
  ];
  const unknown = costed.filter((option) => option.unknown.length > 0);
  if (unknown.length > 0)
    lines.push(
      "",
      bold("unknown, which is not free"),
      ...unknown.map(
        ({sample, hosting, unknown: names}) =>
          `${sample.name}${hosting ? `, ${hostingName(hosting)}` : ""}: ${names.map(needWords).join(", ")}`
      ),
      ...needAdvice(
        unknown.flatMap(({unknown: names}) => names),
        evalName
      )
    );
  lines.push(...data.undecided.map((reason) => `! ${reason}`));
  const found = crossings.flatMap(({a, b, found: one}) => (one ? [crossingText(a, b, one)] : []));
  if (found.length > 0) lines.push("", bold("break-even"), ...found);
  lines.push("", ...footnotes(data, costed, horizonMonths));
  return lines.join("\n");
}

function crossingText(a: CostedOption, b: CostedOption, found: BreakEven): string {
  const [cheap, dear] = found.cheaperAbove === "b" ? [b, a] : [a, b];
  const range =
    found.low === undefined || formatEstimate(found.low) === formatEstimate(found.high!)
      ? ""
      : ` (95% CI ${formatEstimate(found.low)} to ${formatEstimate(found.high!)})`;
  const sure =
    found.share === undefined || found.share > 0.995
      ? ""
      : `; in ${Math.round(100 * found.share)}% of the resamples`;
  const again = found.all.length > 1 ? `; they cross ${found.all.length} times as machines are added` : "";
  return `${optionName(cheap)} is cheaper than ${optionName(dear)} from about ${formatEstimate(found.requestsPerMonth)} requests a month${range}${sure}${again}`;
}

function besideText({by, endpoint, model, answers, ...bill}: SideCost): string {
  const who = by === "scorers" ? "scorers asked" : "asked whether it is ready:";
  const paid = sideModelText(bill, (amount) => `$${amount.toFixed(4)}`);
  return `${who} ${model} at ${endpoint}: ${count(answers)} ${answers === 1 ? "answer" : "answers"}, ${paid}, not in the costs above`;
}

function footnotes(data: CostsData, costed: readonly CostedOption[], months: number): string[] {
  const lines = data.prices.map(
    ({asOf, source, old, daysOld, shutdownDate, ...price}) =>
      `price of ${price.candidate}: ${amountsText(price)}, ${asOf}, ${source}${old ? ` · OLD: ${daysOld} days, more than ${OLD_PRICE_DAYS}` : ""}${shutdownDate === undefined ? "" : ` · the model ends on ${shutdownDate}`}`
  );
  lines.push(...data.beside.map(besideText), ...data.besideFailed);
  for (const way of new Set(data.samples.flatMap(({estimatedBy}) => estimatedBy ?? []))) {
    const of = data.samples.filter(({estimatedBy}) => estimatedBy === way).map(({name}) => name);
    lines.push(`tokens counted as ${way}, an estimate: ${of.join(", ")}`);
  }
  for (const {name, rows, countedRows} of data.samples)
    if (countedRows < rows)
      lines.push(`tokens of ${name}: stated for ${count(countedRows)} of ${count(rows)} rows answered`);
  lines.push(...data.samples.flatMap((sample) => failedRowsText(sample) ?? []));
  if (data.comparedRows !== undefined) lines.push(sharedRowsText(data.comparedRows));
  const stated = new Set(
    costed.flatMap(({hosting}) =>
      hosting?.source
        ? [`${hostingName(hosting)}: ${hosting.source}${hosting.asOf ? `, ${hosting.asOf}` : ""}`]
        : []
    )
  );
  const leaves = new Set(costed.flatMap((option) => optionLeaves(option) ?? []));
  if (costed.some(({sample}) => sample.wayThere))
    lines.push(`the first training or merge is spread over ${months} months`);
  return [...[...stated].map((one) => `assumptions of ${one}`), ...lines, ...leaves].map(dim);
}

function jsonOf(
  data: CostsData,
  settings: CostHorizon,
  costed: readonly CostedOption[],
  crossings: readonly OptionBreakEven[]
) {
  const {samples, ...rest} = data;
  const choice = data.held === undefined ? cheapestChoice(costed) : undefined;
  const nameOf = ({sample, hosting}: CostedOption) => ({candidate: sample.name, hosting: hosting?.kind});
  return {
    ...rest,
    ...settings,
    options: costed.map(({sample, hosting, monthly, ...figures}) => ({
      candidate: sample.name,
      hosting,
      quality: sample.quality,
      compared: sample.compared,
      tokens: sample.tokens,
      rows: sample.rows,
      countedRows: sample.countedRows,
      failedRows: sample.failedRows,
      absentRows: sample.absentRows,
      toldRows: sample.toldRows,
      estimatedBy: sample.estimatedBy,
      wayThere: sample.wayThere,
      ...figures,
      machines: monthly.units,
      capacityPerMonth: monthly.capacityPerMonth,
      aboveCapacity: monthly.aboveCapacity,
      leaves: optionLeaves({sample, hosting})
    })),
    candidates: samples.length,
    choice: choice && {...nameOf(choice.option), adjustedP: choice.adjustedP},
    breakEven: crossings.map(({a, b, found}) => ({a: nameOf(a), b: nameOf(b), ...found}))
  };
}

function byCost(a: CostedOption, b: CostedOption): number {
  return (
    (a.usdPerMonth ?? Infinity) - (b.usdPerMonth ?? Infinity) || (a.sample.name < b.sample.name ? -1 : 1)
  );
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

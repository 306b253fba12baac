import {type CascadePlan, type CascadeReport, chooseThresholds, type Signal} from "../costs/index.js";
import {points} from "../decisions/index.js";
import {cascadeStages} from "../site/index.js";
import {openStore} from "../store/index.js";
import {findRun} from "./findRun.js";
import {openProject} from "./project.js";
import {bold, dim, print, printJson, table} from "./terminal.js";

export interface CascadeVerbOptions {
  cheap: string[];
  strong: string;
  loss: number;
  confidence: number;
  signal?: Signal;
  json?: boolean;
}

/** Chooses when a cheap model's answer is good enough, from a run's recorded answers. Calls nobody. */
export async function cascadeVerb(id: string, options: CascadeVerbOptions): Promise<void> {
  const store = await openStore(await openProject());
  try {
    const run = findRun(await store.runs({archived: true}), id);
    const {stages, signal, repeats, clusters} = await cascadeStages(
      store,
      run,
      [...options.cheap, options.strong],
      options.signal
    );
    const plan = chooseThresholds(stages, {
      loss: options.loss,
      confidence: options.confidence,
      seed: run.seed,
      clusters
    });
    // JSON has no infinity: null says that a stage never answers.
    if (options.json) return printJson({run: run.id, signal, repeats, ...plan});
    print(cascadeText(plan, {signal, repeats, scorer: run.primaryScorer}));
  } finally {
    store.close();
  }
}

const SIGNAL_TEXTS: Record<Signal, string> = {
  logprobs: "the geometric mean of its tokens' probabilities",
  agreement: "the share of its repeats that say the same",
  length: "minus the characters of its answer"
};

function cascadeText(
  plan: CascadePlan,
  {signal, repeats, scorer}: {signal: Signal; repeats?: number; scorer: string}
): string {
  const {thresholds, report, stages, loss, confidence} = plan;
  const strong = stages.at(-1)!;
  const rows = `${plan.calibrationRows} rows chose, ${report.rows} others report`;
  const promise = `at most ${points(loss)} points below ${strong} with probability ${confidence}`;
  if (thresholds.every((one) => one === Infinity))
    return [
      bold(`No threshold can be shown to stay ${promise}: everything goes to ${strong}.`),
      dim(`${rows}; with more rows or a larger --loss there may be one.`)
    ].join("\n");
  const rules = thresholds.map((one, s) =>
    one === Infinity ? `${stages[s]} never answers` : `${stages[s]} answers when it is at least ${round(one)}`
  );
  const lines = [
    bold(`${rules.join(", ")}; else ${strong}. The mean ${scorer} stays ${promise}.`),
    dim(`confidence: ${signal}, ${SIGNAL_TEXTS[signal]}; ${rows}`),
    table(linesOf(plan, report), [
      {title: "", text: "name", value: (line) => line.name},
      {title: scorer, align: "right", value: (line) => points(line.quality)},
      {title: `loss vs ${strong} (95% CI)`, value: (line) => line.loss},
      {title: "$/1,000", align: "right", value: (line) => line.usd},
      {title: "saving", align: "right", value: (line) => line.saving},
      {title: "answered by", text: "prose", value: (line) => line.shares}
    ])
  ];
  if (report.gapRecovered !== undefined)
    lines.push(dim(`performance gap recovered: ${points(report.gapRecovered)}%`));
  const asked = stages.filter((_, s) => thresholds[s] !== Infinity).map((name) => JSON.stringify(name));
  const settings = [
    `signal: "${signal}"`,
    `thresholds: [${thresholds.filter((one) => one !== Infinity).join(", ")}]`,
    ...(repeats === undefined ? [] : [`repeats: ${repeats}`])
  ];
  lines.push(
    dim(
      `as a candidate, with the candidates of these names: cascade("NAME", [${asked.join(", ")}], {${settings.join(", ")}})`
    )
  );
  return lines.join("\n");
}

function linesOf({stages}: CascadePlan, report: CascadeReport) {
  const dollars = (usd: number | undefined) => (usd === undefined ? undefined : (1000 * usd).toPrecision(3));
  const {loss, saving, shares} = report;
  return [
    {name: `${stages[0]} alone`, quality: report.cheapQuality},
    {
      name: "cascade",
      quality: report.quality,
      loss: loss && `${points(loss.estimate)} (${points(loss.low)} to ${points(loss.high)})`,
      usd: dollars(report.usd),
      saving: saving === undefined ? undefined : `${points(saving)}%`,
      shares: stages.map((name, s) => `${name} ${points(shares[s]!)}%`).join(", ")
    },
    {name: `${stages.at(-1)!} alone`, quality: report.strongQuality, usd: dollars(report.strongUsd)}
  ] as {name: string; quality: number; loss?: string; usd?: string; saving?: string; shares?: string}[];
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}

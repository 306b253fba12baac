import {
  type CascadePlan,
  type CascadeReport,
  type CascadeStage,
  chooseThresholds,
  meanUsd,
  type Signal
} from "../../../base/costs/index.js";
import {points} from "../../../evals/decisions/index.js";
import {cascadeStages, type RecordedStages} from "../../../report/site/index.js";
import {UsageError} from "../../../base/validation/index.js";
import {openStore, type RunManifest, findRun} from "../../../base/store/index.js";
import {openProject} from "../../project/project.js";
import {bold, dim, print, printJson, table} from "../../terminal/terminal.js";

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
  const names = [...options.cheap, options.strong];
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new UsageError(`${twice} is named twice: each --cheap and --strong is another candidate.`);
  const store = await openStore(await openProject());
  try {
    const run = findRun(await store.runs({archived: true}), id);
    const recorded = await cascadeStages(store, run, names, options.signal);
    const {stages, signal, repeats, clusters} = recorded;
    const plan = chooseThresholds(stages, {
      loss: options.loss,
      confidence: options.confidence,
      seed: run.seed,
      clusters
    });
    // JSON has no infinity: null says that a stage never answers.
    if (options.json) return printJson({run: run.id, status: run.status, signal, repeats, ...plan});
    print(cascadeText(plan, recorded, run));
  } finally {
    store.close();
  }
}

const SIGNAL_TEXTS: Record<Signal, string> = {
  logprobs: "the geometric mean of its tokens' probabilities",
  agreement: "the share of its repeats that say the same",
  length: "minus the characters of its answer"
};

export function cascadeText(plan: CascadePlan, recorded: RecordedStages, run: RunManifest): string {
  const {thresholds, report, stages, loss, confidence} = plan;
  const {signal, repeats} = recorded;
  const scorer = run.primaryScorer;
  const [cheap, strong] = [stages[0]!, stages.at(-1)!];
  const rows = `${plan.calibrationRows} rows chose, ${report.rows} others report`;
  const promise = `at most ${points(loss)} points below ${strong} with probability ${confidence}`;
  const caveats = caveatsOf(plan, recorded.stages, run);
  if (thresholds.every((one) => one === Infinity))
    return [
      bold(`No threshold can be shown to stay ${promise}: everything goes to ${strong}.`),
      dim(`${rows}; with more rows or a larger --loss there may be one.`),
      ...caveats
    ].join("\n");
  const rules = thresholds.map((one, s) =>
    one === Infinity ? `${stages[s]} never answers` : `${stages[s]} answers when it is at least ${round(one)}`
  );
  const lines = [
    bold(`${rules.join(", ")}; else ${strong}. The mean ${scorer} stays ${promise}.`),
    dim(`confidence: ${signal}, ${SIGNAL_TEXTS[signal]}; ${rows}`),
    ...caveats,
    table(linesOf(plan, report), [
      {title: "", text: "name", value: (line) => line.name},
      {title: scorer, align: "right", value: (line) => line.quality},
      {title: `loss vs ${strong} (95% CI)`, value: (line) => line.loss},
      {title: "$/1,000", align: "right", value: (line) => line.usd},
      {title: "saving", align: "right", value: (line) => line.saving},
      {title: "answered by", text: "prose", value: (line) => line.shares}
    ])
  ];
  if (report.comparedRows < report.rows)
    lines.push(
      dim(
        `mean ${scorer} on the ${report.comparedRows} of ${report.rows} rows that ${cheap} has a score on; loss, cost and shares on all ${report.rows}`
      )
    );
  if (report.gapRecovered !== undefined)
    lines.push(dim(`performance gap recovered: ${points(report.gapRecovered)}%`));
  else if (report.comparedRows > 0)
    lines.push(dim(`no performance gap to recover: ${strong} scores no better than ${cheap}`));
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

function caveatsOf(
  {missing, stages: names}: CascadePlan,
  stages: readonly CascadeStage[],
  {status, stopped}: RunManifest
): string[] {
  const strong = names.at(-1)!;
  const lines: string[] = [];
  if (status === "partial") lines.push(`! of a partial run: ${stopped ?? "interrupted"}`);
  if (missing > 0) lines.push(`! ${missing} rows of the run are left out: ${strong} has no score on them`);
  for (const stage of stages.slice(0, -1)) {
    const [usd, most] = meanUsdOfBoth(stage, stages.at(-1)!);
    if (usd !== undefined && most !== undefined && usd > most)
      lines.push(
        `! ${stage.name} is dearer than ${strong} ($${dollars(usd)} and $${dollars(most)} per 1,000 rows, as the cascade asks them)`
      );
  }
  return lines;
}

/** On the rows that both have a score on. */
function meanUsdOfBoth(...both: [CascadeStage, CascadeStage]): (number | undefined)[] {
  const rows = both[0].scores.flatMap((_, row) =>
    both.every(({scores}) => scores[row] !== undefined) ? [row] : []
  );
  return both.map(({usd}) => meanUsd(rows.map((row) => usd?.[row])));
}

function linesOf({stages}: CascadePlan, report: CascadeReport) {
  const quality = (value: number) => (report.comparedRows === 0 ? undefined : points(value));
  const {loss, saving, shares} = report;
  return [
    {name: `${stages[0]} alone`, quality: quality(report.cheapQuality), usd: dollars(report.cheapUsd)},
    {
      name: "cascade",
      quality: quality(report.quality),
      loss: loss && `${points(loss.estimate)} (${points(loss.low)} to ${points(loss.high)})`,
      usd: dollars(report.usd),
      saving: saving === undefined ? undefined : `${points(saving)}%`,
      shares: stages.map((name, s) => `${name} ${points(shares[s]!)}%`).join(", ")
    },
    {name: `${stages.at(-1)!} alone`, quality: quality(report.strongQuality), usd: dollars(report.strongUsd)}
  ] as {name: string; quality?: string; loss?: string; usd?: string; saving?: string; shares?: string}[];
}

function dollars(usd: number): string;
function dollars(usd: number | undefined): string | undefined;
function dollars(usd: number | undefined): string | undefined {
  return usd === undefined ? undefined : (1000 * usd).toPrecision(3);
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}

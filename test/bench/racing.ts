import {existsSync, readFileSync} from "node:fs";
import {mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {decide, type RaceSettings, scoreTable, type ScoreTable} from "../../src/evals/decisions/index.js";
import {startRace} from "../../src/evals/races/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../src/evals/runner/index.js";
import {exactMatch, matchAfter, numeric, type Scorer} from "../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../src/data/splits/index.js";
import {rng} from "../../src/base/stats/index.js";
import {openStore} from "../../src/base/store/index.js";

/**
 * What racing saves and what it risks, in simulation, on recorded outputs and on a finished store:
 * `node --import tsx test/bench/racing.ts [--store PROJECT] [--write docs/statistics-derivations.md]`. Recorded outputs are read from
 * ASSAY_SHARED, or ../shared beside the project; without it that part is skipped.
 */
const args = process.argv.slice(2);
const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);

function raceOver(table: ScoreTable, settings: Omit<RaceSettings, "candidates" | "rows" | "repeats">) {
  const race = startRace({
    candidates: table.candidates,
    rows: table.rowIds.length,
    repeats: 1,
    ...settings
  });
  let lostBest = false;
  const best = table.candidates[0]!;
  for (let step = race.next(); step; step = race.next()) {
    const {candidates, rows} = step;
    const judged = race.judge({
      ...table,
      candidates: candidates,
      rowIds: table.rowIds.slice(0, rows),
      clusters: table.clusters ? table.clusters.slice(0, rows) : undefined,
      values: candidates.map((one) => table.values[table.candidates.indexOf(one)]!.slice(0, rows))
    });
    lostBest ||= judged.dropped.some((drop) => drop.candidate === best);
  }
  return {...race.outcome(), lostBest};
}

const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
/** Highest mean; the first by name when several have it, as in a race. */
const topOf = (table: ScoreTable) =>
  table.candidates
    .map((name, c) => ({name, mean: meanOf(table.values[c]!.filter((value) => value !== undefined))}))
    .sort((a, b) => b.mean - a.mean || (a.name < b.name ? -1 : 1))[0]!.name;

/** The first candidate is the truly best one. Half of the luck of a row is shared by all candidates. */
function simulated(seed: number, accuracies: readonly number[], rows: number): ScoreTable {
  const next = rng("racing", seed);
  const shared = Array.from({length: rows}, next);
  return {
    candidates: accuracies.map((_, c) => `c${c}`),
    rowIds: shared.map((_, row) => `r${row}`),
    values: accuracies.map((accuracy) => shared.map((luck) => +((next() < 0.5 ? luck : next()) < accuracy))),
    binary: true
  };
}

const scenarios = [
  {name: "2: 0.80, 0.70", accuracies: [0.8, 0.7], rows: 2000},
  {name: "4: 0.80, 0.75, 0.70, 0.60", accuracies: [0.8, 0.75, 0.7, 0.6], rows: 2000},
  {
    name: "10: 0.80, 0.75, 0.70 and seven from 0.65 to 0.35",
    accuracies: [0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35],
    rows: 2000
  },
  {name: "4: 0.80, 0.79, 0.78, 0.77", accuracies: [0.8, 0.79, 0.78, 0.77], rows: 2000},
  {name: "4 equal: 0.80", accuracies: [0.8, 0.8, 0.8, 0.8], rows: 2000}
];
const races = Number(option("--races") ?? 200);
const lines = [
  `| candidates, 2,000 rows, ${races} races | truly best dropped (stated: at most 5%) | race's best is the best | calls | running everything | halving with half of the calls |`,
  "|---|--:|--:|--:|--:|--:|"
];
for (const {name, accuracies, rows} of scenarios) {
  const equal = new Set(accuracies).size === 1;
  let [lost, right, full, halved, share] = [0, 0, 0, 0, 0];
  for (let seed = 0; seed < races; seed++) {
    const table = simulated(seed, accuracies, rows);
    const raced = raceOver(table, {margin: 0.01, errorRate: 0.05});
    lost += Number(raced.lostBest);
    right += Number(raced.best === "c0");
    full += Number(topOf(table) === "c0");
    halved += Number(
      raceOver(table, {margin: 0.01, budgetCalls: Math.floor((rows * accuracies.length) / 2)}).best === "c0"
    );
    share += raced.calls / raced.callsOfEverything / races;
  }
  const chosen = (count: number) => (equal ? "–" : percent(count / races));
  lines.push(
    `| ${name} | ${percent(lost / races)} | ${chosen(right)} | ${percent(share)} | ${chosen(full)} | ${chosen(halved)} |`
  );
  console.log(lines.at(-1));
}

interface Recording {
  name: string;
  rows: {id: string; expected: string}[];
  outputs: Record<string, Map<string, string>>;
  scorer: Scorer;
}

const everyRow: SplitSpec = {strategy: "given", column: "part"};

async function raceRecording({name, rows, outputs, scorer}: Recording): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "assay-racing-"));
  try {
    const first = await openStore(folder);
    const source = {kind: "rows" as const, rows: () => rows.map((row) => ({...row, part: "test"}))};
    const {version} = await pull(first.workspace, defineDataset({name: "recorded-rows", id: "id", source}));
    first.close();
    const store = await openStore(folder);
    const split = await ensureSplit(store, version, everyRow);
    const definition = defineEval({
      dataset: "recorded-rows",
      split: everyRow,
      candidates: Object.entries(outputs).map(([model, given]) => {
        const records = [...given].map(([id, output]) => ({id, output}));
        return candidate(
          model,
          recorded({name: model, rows: records, hosting: "on-prem", trust: "local"}),
          model
        );
      }),
      prompt: (row) => String(row.id),
      expected: "expected",
      scorers: {score: scorer},
      margin: 0.01
    });
    const inputs = {store, version, split, evalName: "racing"};
    const {record} = await runRace(definition, inputs);
    const {manifest} = await runEval(definition, inputs);
    store.refresh();
    const table = await scoreTable(store, manifest!.id, "score");
    store.close();
    return rowOf(name, table, record.outcome!);
  } finally {
    await rm(folder, {recursive: true, force: true});
  }
}

function rowOf(
  name: string,
  table: ScoreTable,
  outcome: ReturnType<ReturnType<typeof startRace>["outcome"]>
): string {
  const verdict = decide(table, {margin: 0.01, seed: "assay"});
  const number = (value: number) => value.toLocaleString("en-US");
  const line = `| ${name} | ${table.candidates.length} × ${number(table.rowIds.length)} | ${number(outcome.calls)} of ${number(outcome.callsOfEverything)} (${percent(outcome.calls / outcome.callsOfEverything)}) | ${outcome.kind}: ${outcome.set.join(", ")} | ${verdict.kind}: ${verdict.set.join(", ")} | ${outcome.best === verdict.best ? "same" : `other (${verdict.best})`} |`;
  console.log(line);
  return line;
}

const found = [
  "",
  "| on | candidates × rows | calls of the race | the race says | running everything says | best candidate |",
  "|---|--:|--:|---|---|---|"
];
const shared = join(process.env.ASSAY_SHARED ?? resolve(import.meta.dirname, "../../../shared"), "data");
const jsonl = (file: string) =>
  readFileSync(join(shared, file), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
if (existsSync(shared)) {
  const solutions = jsonl("gsm8k-recorded-solutions/example_model_solutions.jsonl");
  const answers = new Map(
    jsonl("gsm8k-recorded-solutions/test.jsonl").map(({question, answer}) => [
      question,
      String(answer).split("####").at(-1)!.trim()
    ])
  );
  const solved = (model: string) =>
    new Map(solutions.map((row, i) => [`q${i}`, String((row[model] as {solution: string}).solution)]));
  found.push(
    await raceRecording({
      name: "GSM8K, recorded solutions",
      rows: solutions.map((row, i) => ({id: `q${i}`, expected: answers.get(row.question)!})),
      outputs: {"6b": solved("6b_finetuning"), "175b": solved("175b_finetuning")},
      scorer: numeric({after: "A:"})
    })
  );
  const queries = jsonl("intent-banking77-llm/gpt_5_2.jsonl");
  const predicted = (file: string) =>
    new Map(jsonl(`intent-banking77-llm/${file}.jsonl`).map((row, i) => [`q${i}`, String(row.prediction)]));
  found.push(
    await raceRecording({
      name: "BANKING77, three models",
      rows: queries.map((row, i) => ({id: `q${i}`, expected: String(row.gold_label)})),
      outputs: {
        "gpt-5.2": predicted("gpt_5_2"),
        "gpt-5-mini": predicted("gpt_5_mini"),
        "claude-4.5-sonnet": predicted("claude_4_5_sonnet")
      },
      scorer: exactMatch
    })
  );
  const tasks = [
    "date_understanding",
    "navigate",
    "penguins_in_a_table",
    "ruin_names",
    "snarks",
    "temporal_sequences"
  ];
  const pooled = (kind: string) =>
    tasks.flatMap((task) =>
      jsonl(`bbh-codex-outputs/${task}.${kind}.jsonl`).map(
        (row, i) => ({...row, id: `${task}-${i}`}) as Record<string, unknown>
      )
    );
  const given = (kind: string) =>
    new Map(pooled(kind).map((row) => [String(row.id), String(row.prediction)]));
  found.push(
    await raceRecording({
      name: "BIG-Bench Hard, six tasks, with and without reasoning",
      rows: pooled("cot").map((row) => ({id: String(row.id), expected: String(row.target)})),
      outputs: {direct: given("direct"), reasoning: given("cot")},
      scorer: matchAfter("the answer is ", {orWhole: true})
    })
  );
} else console.log(`recorded outputs: skipped, ${shared} is not there`);

const project = option("--store");
if (project) {
  const store = await openStore(project);
  for (const run of await store.runs()) {
    const table = await scoreTable(store, run.id, run.primaryScorer);
    // A race's own rounds have a limit.
    if (table.candidates.length < 2 || run.status !== "complete" || run.limit !== undefined) continue;
    const ordered = inGroupOrder(table, run.seed);
    found.push(
      rowOf(`${run.eval}, ${run.split.name} split`, table, raceOver(ordered, {margin: 0.01, errorRate: 0.05}))
    );
  }
  store.close();
}

/** Groups in a seeded order, their rows together, as a race of the runner takes them. */
function inGroupOrder(table: ScoreTable, seed: string): ScoreTable {
  const key = (row: number) => table.clusters?.[row] ?? `row:${table.rowIds[row]}`;
  const place = new Map<string, number>();
  const rank = (name: string) => {
    if (!place.has(name)) place.set(name, rng(seed, "group", name)());
    return place.get(name)!;
  };
  const order = table.rowIds.map((_, row) => row).sort((a, b) => rank(key(a)) - rank(key(b)) || a - b);
  return {
    ...table,
    rowIds: order.map((row) => table.rowIds[row]!),
    clusters: table.clusters ? order.map((row) => table.clusters![row]!) : undefined,
    values: table.values.map((values) => order.map((row) => values[row]))
  };
}

const target = option("--write");
if (target) {
  const text = await readFile(target, "utf8");
  const block = `<!-- racing -->\n${lines.join("\n")}\n${found.length > 3 ? `${found.join("\n")}\n` : ""}<!-- end of racing -->`;
  await writeFile(
    target,
    text.replace(/<!-- racing -->[^]*<!-- end of racing -->/, () => block)
  );
}

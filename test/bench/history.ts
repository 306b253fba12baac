import {readFile, writeFile} from "node:fs/promises";
import {type Traced, traceHistory} from "../../src/evals/decisions/index.js";
import {type Months, pullRequests} from "../evals/decisions/support/pullRequests.js";

/**
 * False alarms and found losses of `assay check --history` over 500 pull requests, in simulation:
 * `node --import tsx test/bench/history.ts [--histories 200] [--write docs/statistics-derivations.md]`.
 */
const args = process.argv.slice(2);
const option = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const HISTORIES = Number(option("--histories") ?? 200);
const RUNS = 500;
const CHANGE = 250;

type Setting = Omit<Months, "seed" | "runs">;

function histories(setting: Setting): Traced[][] {
  return Array.from({length: HISTORIES}, (_, seed) =>
    traceHistory([...pullRequests({...setting, seed, runs: RUNS})])
  );
}

const share = (found: readonly Traced[][], is: (one: Traced) => boolean) =>
  `${((100 * found.filter((one) => one.some(is)).length) / found.length).toFixed(1)}%`;
const numberOf = ({run}: Traced) => Number(run.slice(2));

const unchanged: [string, Setting][] = [
  ["400 rows, half of them vary", {rows: 400}],
  ["400 rows, all vary", {rows: 400, varying: 1}],
  ["400 rows, 4% vary", {rows: 400, varying: 0.04}],
  ["400 rows in clusters of 4", {rows: 400, clusterSize: 4}],
  ["100 rows, 3 candidates", {rows: 100, candidates: 3}]
];
const losses: [string, Setting][] = [
  ["20 points at once", {rows: 400, loss: (run) => (run < CHANGE ? 0 : 0.2)}],
  ["10 points at once", {rows: 400, loss: (run) => (run < CHANGE ? 0 : 0.1)}],
  ["5 points at once", {rows: 400, loss: (run) => (run < CHANGE ? 0 : 0.05)}],
  ["0.2 points with each pull request", {rows: 400, loss: (run) => 0.002 * Math.max(0, run - CHANGE)}],
  ["5 points at once, 2,000 rows", {rows: 2000, loss: (run) => (run < CHANGE ? 0 : 0.05)}]
];

const lines = [
  `| ${RUNS} unchanged pull requests, ${HISTORIES} histories | histories with a false alarm (stated: at most 5%) | with a run that one look calls worse | share of comparisons that one look calls worse |`,
  "|---|--:|--:|--:|"
];
for (const [name, setting] of unchanged) {
  const found = histories(setting);
  const all = found.flat();
  const looked = all.filter(({finding}) => finding !== "none").length / all.length;
  lines.push(
    `| ${name} | ${share(found, ({finding}) => finding === "alarm")} | ${share(found, ({finding}) => finding !== "none")} | ${(100 * looked).toFixed(1)}% |`
  );
  console.log(lines.at(-1));
}
lines.push(
  "",
  `| loss from pull request ${CHANGE} on, ${HISTORIES} histories | found | pull requests until then, median | false alarms before |`,
  "|---|--:|--:|--:|"
);
for (const [name, setting] of losses) {
  const found = histories(setting);
  const first = found.flatMap(
    (one) => one.find((traced) => traced.finding === "alarm" && numberOf(traced) >= CHANGE) ?? []
  );
  const delays = first.map((one) => numberOf(one) - CHANGE).sort((a, b) => a - b);
  const foundShare = `${((100 * first.length) / HISTORIES).toFixed(1)}%`;
  lines.push(
    `| ${name} | ${foundShare} | ${delays[delays.length >> 1] ?? "–"} | ${share(found, (one) => one.finding === "alarm" && numberOf(one) < CHANGE)} |`
  );
  console.log(lines.at(-1));
}
const target = option("--write");
if (target) {
  const text = await readFile(target, "utf8");
  const [begin, end] = ["<!-- history -->", "<!-- end of history -->"];
  const [head, tail] = [text.indexOf(begin), text.indexOf(end)];
  if (head < 0 || tail < 0) throw new Error(`${target} has no place for the history's tables`);
  await writeFile(target, `${text.slice(0, head + begin.length)}\n${lines.join("\n")}\n${text.slice(tail)}`);
}

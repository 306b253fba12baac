import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import type {HostingModel} from "../../src/base/costs/index.js";
import {openAICompatible, recorded} from "../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval, type RunInputs} from "../../src/evals/runner/index.js";
import {humanLabels, judgePairwise, normalizedMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {rng} from "../../src/base/stats/index.js";
import {openStore, openWorkspace, type Workspace} from "../../src/base/store/index.js";
import {type ModelServer, startModelServer} from "./modelServer.js";

const ROWS = 900;
const SPLIT = {name: "all", strategy: "given" as const, column: "part"};
const KINDS = ["adding", "sharing", "counting"];

/** Chance of a right answer, and US dollars per million tokens of each. */
const MODELS = {
  large: {skill: 0.91, usd: 8},
  medium: {skill: 0.9, usd: 1},
  small: {skill: 0.7, usd: 0.5},
  tiny: {skill: 0.35, usd: 0.1}
};

/** Where "medium" runs and could run. */
const MEDIUM_HOSTINGS: HostingModel[] = [
  {kind: "api", provider: "Example Inc."},
  {
    kind: "cloud",
    provider: "Example Cloud",
    usdPerHour: 1,
    requestsPerSecond: 2,
    utilisation: 0.5,
    source: "made up",
    asOf: "2026-11-01"
  }
];

/**
 * Fills `project` with made-up questions and what the engine itself makes of recorded answers to them: the eval "priced" run
 * twice (the second time "medium" is better), "raced" by a race, and "judged" by a judge on a loopback server that likes
 * long answers and what stands first, beside people's labels for some of the answers.
 * @param rows how many questions
 */
export async function decisionStore(project: string, rows = ROWS): Promise<Workspace> {
  const workspace = await openWorkspace(project, `${project}/.assay`);
  const dataset = defineDataset({
    name: "questions",
    description: "Questions made up for the tests.",
    id: "id",
    text: "question",
    sensitivity: "public",
    source: {kind: "rows", rows: () => questions().slice(0, rows), describe: {generator: "decision store"}}
  });
  const {version} = await pull(workspace, dataset, {now: () => new Date("2026-11-20T08:00:00.000Z")});
  const store = await openStore(workspace);
  const judge = await startJudge();
  try {
    const split = await ensureSplit(store, version, SPLIT);
    let now = Date.parse("2026-11-21T09:00:00.000Z");
    const inputs = (evalName: string): RunInputs => ({
      store,
      version,
      split,
      evalName,
      effects: {now: () => (now += 1000)}
    });
    await runEval(priced(false), inputs("priced"));
    store.refresh();
    await runEval(priced(true), inputs("priced"));
    store.refresh();
    await runRace(raced(), inputs("raced"));
    store.refresh();
    await runEval(judged(judge.url), inputs("judged"));
  } finally {
    await judge.close();
    store.close();
  }
  return workspace;
}

function questions(): {id: string; question: string; answer: string; kind: string; part: string}[] {
  return Array.from({length: ROWS}, (_, i) => ({
    id: `q${String(i).padStart(3, "0")}`,
    question: `What is ${i} and ${i % 7}?`,
    answer: String(i + (i % 7)),
    kind: KINDS[i % KINDS.length]!,
    part: "test"
  }));
}

/** Right where the luck of the row, which is mostly shared by all models, is below the model's skill. */
function answers(name: keyof typeof MODELS, bonus = 0) {
  return questions().map(({id, answer}) => {
    const luck = rng("shared", id)() < 0.9 ? rng("luck", id)() : rng("own", name, id)();
    return {id, output: luck < MODELS[name].skill + bonus ? answer : "unknown"};
  });
}

function model(name: keyof typeof MODELS, bonus = 0) {
  const {usd} = MODELS[name];
  const rows = answers(name, bonus);
  const price = {inputUsdPerMillion: usd, outputUsdPerMillion: usd, asOf: "2026-11-01", source: "made up"};
  const usage = ({id}: {id?: unknown}) => ({
    promptTokens: 300 + (Number(String(id).slice(1)) % 50),
    completionTokens: 20
  });
  return candidate(
    name,
    recorded({name: `recording of ${name}`, rows, usage, price, latencyMs: () => 12}),
    name,
    {
      baseline: name === "small",
      hosting: name === "medium" ? MEDIUM_HOSTINGS : undefined
    }
  );
}

const common = {
  dataset: "questions",
  split: SPLIT,
  prompt: "{{question}}",
  expected: "answer",
  slices: ["kind"]
};

function priced(later: boolean) {
  return defineEval({
    ...common,
    title: "Which model answers well for its price?",
    candidates: [model("large"), model("medium", later ? 0 : -0.08), model("small")],
    scorers: {correct: normalizedMatch()},
    margin: 0.03,
    gate: [{minScore: 0.8, maxRegression: 0.01}]
  });
}

function raced() {
  return defineEval({
    ...common,
    title: "A race of four models",
    candidates: [model("large"), model("medium"), model("small"), model("tiny")],
    scorers: {correct: normalizedMatch()},
    margin: 0.02
  });
}

function judged(url: string) {
  const texts = (name: string, long: number) =>
    questions()
      .slice(0, 120)
      .map(({id, answer}) => {
        const right = rng("judged", name, id)() < 0.65;
        const words = Math.round(2 + rng("words", name, id)() * long);
        return {id, output: `${right ? answer : "unknown"}${" because it is so".repeat(words)}`};
      });
  const outputs = {brief: texts("brief", 3), wordy: texts("wordy", 14)};
  const labels = Object.values(outputs).flatMap((rows) =>
    rows
      .filter(({id}) => rng("labelled", id)() < 0.5)
      .map(({id, output}) => ({id, output, score: output.startsWith("unknown") ? 0 : 1, by: "kb"}))
  );
  const endpoint = openAICompatible({
    name: "loopback judge",
    baseUrl: url,
    hosting: "on-prem",
    trust: "local"
  });
  return defineEval({
    ...common,
    title: "Are longer explanations better?",
    candidates: Object.entries(outputs).map(([name, rows]) =>
      candidate(name, recorded({name: `recording, ${name}`, rows}), name)
    ),
    scorers: {
      judge: judgePairwise({
        endpoint,
        model: "judge-model",
        rubric: "The right number, explained.",
        baseline: () => "unknown because it is so because it is so because it is so"
      }),
      people: humanLabels(labels)
    }
  });
}

/** Chooses the right answer, or the longer one; takes the first when both are much the same, and sometimes does not say. */
function startJudge(): Promise<ModelServer> {
  return startModelServer({
    models: ["judge-model"],
    answer: ({prompt}) => {
      const [a = "", b = ""] = ["A", "B"].map(
        (letter) => new RegExp(`\\[Answer ${letter}\\]\\n([^]*?)\\n\\[End`).exec(prompt)?.[1]
      );
      const worth = (text: string) => (text.startsWith("unknown") ? 0 : 60) + text.length;
      const lead = worth(a) - worth(b);
      if (a.length + b.length === 150) return "I cannot say.";
      return lead > -25 ? "[[A]]" : "[[B]]";
    }
  });
}

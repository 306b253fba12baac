import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {runRace} from "../../src/evals/races/runRace.js";
import {
  candidate,
  defineEval,
  type EvalDefinition,
  runEval,
  type RunInputs
} from "../../src/evals/runner/index.js";
import {exactMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../src/data/splits/index.js";
import {rng} from "../../src/base/stats/index.js";
import {openStore, type Workspace} from "../../src/base/store/index.js";
import {stars} from "./stars.js";

const ROWS = 600;
const CLASSES = 60;
const RANDOM: SplitSpec = {name: "random", strategy: "random", test: 0.5};
const BY_SPEAKER: SplitSpec = {name: "by speaker", strategy: "group", group: "speaker", test: 0.5};

/**
 * Adds situations that a reader has to act on: "intent-clear", where one candidate is clearly better, "intent-leak", where one leads by
 * 20 points on a random split and loses all of it where speakers are kept together, "intent-stars", scored from 1 to 5 stars, and
 * "intent-budget", raced for a budget. There are 60 classes.
 */
export async function situationStore(workspace: Workspace): Promise<void> {
  const dataset = defineDataset({
    name: "utterances",
    description: "Utterances made up for the tests.",
    id: "id",
    text: "text",
    label: "intent",
    group: "speaker",
    sensitivity: "public",
    source: {kind: "rows", rows: () => utterances(), describe: {generator: "situation store"}}
  });
  const {version} = await pull(workspace, dataset, {now: () => new Date("2026-11-03T08:00:00.000Z")});
  const store = await openStore(workspace);
  try {
    let now = Date.parse("2026-11-10T09:00:00.000Z");
    const inputs = async (evalName: string, spec: SplitSpec): Promise<RunInputs> => ({
      store,
      version,
      split: await ensureSplit(store, version, spec),
      evalName,
      effects: {now: () => (now += 1000)}
    });
    const run = async (
      evalName: string,
      spec: SplitSpec,
      shares: Record<string, number>,
      more: Partial<EvalDefinition> = {}
    ) => {
      await runEval({...situation(spec, shares), ...more}, await inputs(evalName, spec));
      store.refresh();
    };
    await run("intent-leak", BY_SPEAKER, {memory: 0.6, plain: 0.75});
    await run("intent-leak", RANDOM, {memory: 0.95, plain: 0.75});
    await run("intent-clear", BY_SPEAKER, {good: 0.93, plain: 0.75});
    await run(
      "intent-stars",
      BY_SPEAKER,
      {good: 0.93, plain: 0.75},
      {title: "How many stars?", scorers: {stars, exact: exactMatch}, margin: 0.25}
    );
    const few = {...situation(BY_SPEAKER, {good: 0.93, plain: 0.75}), title: "What is left by a budget?"};
    await runRace(few, await inputs("intent-budget", BY_SPEAKER), {budgetCalls: 100});
    store.refresh();
  } finally {
    store.close();
  }
}

function utterances() {
  return Array.from({length: ROWS}, (_, i) => ({
    id: `u${String(i).padStart(3, "0")}`,
    text: `utterance number ${i} of its kind`,
    intent: intentOf(i),
    speaker: `speaker ${i % 100}`
  }));
}

function intentOf(i: number): string {
  return `intent ${String((i * 7) % CLASSES).padStart(2, "0")}`;
}

function situation(split: SplitSpec, shares: Record<string, number>) {
  return defineEval({
    title: `Which candidate finds the intent?`,
    dataset: "utterances",
    split,
    prompt: "{{text}}",
    expected: "intent",
    margin: 0.01,
    scorers: {exact: exactMatch},
    candidates: Object.entries(shares).map(([name, share]) => {
      const rows = utterances().map(({id, intent}, i) => ({
        id,
        output: rng(name, share, id)() < share ? intent : intentOf(i + 1)
      }));
      return candidate(name, recorded({name: `recording of ${name}, ${share}`, rows}), name, {
        baseline: name === "plain"
      });
    })
  });
}

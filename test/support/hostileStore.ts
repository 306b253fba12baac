import {defineDataset, pull} from "../../src/data/datasets/index.js";
import {recorded} from "../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../src/evals/runner/index.js";
import {exactMatch} from "../../src/evals/scorers/index.js";
import {ensureSplit, type SplitSpec} from "../../src/data/splits/index.js";
import {openStore, type Workspace} from "../../src/base/store/index.js";

/** What a hostile or broken model might say, by what it attacks. */
export const HOSTILE_OUTPUTS: Readonly<Record<string, string>> = {
  script: `<script>window.attacked = true</script> a script`,
  handler: `<svg onload="window.attacked = true"></svg><img src=x onerror="window.attacked = true"> handlers`,
  link: `[press](javascript:window.attacked=true) <a href="javascript:window.attacked=true">a link</a>`,
  closing: `</textarea></title></style></noscript><script>window.attacked = true</script> closing tags`,
  bidi: `start \u202E desrever \u2066 isolated end`,
  ansi: `\u001b[31mred\u001b[0m \u001b]8;;http://example.com\u0007terminal\u001b]8;;\u0007`,
  nul: `before\u0000after a NUL`,
  line: `${"x".repeat(1_000_000)} the end of a long line`
};

/** A candidate's name that no margin of a plot holds. */
export const LONG_NAME =
  "organisation/an-extremely-long-model-name-with-many-parts-Instruct-2507-FP8-dynamic-quantised-v3.1.4-final";

/** Their rows are in a slice whose value is empty. */
const KINDS_OF_NOTHING = ["script", "handler", "link", "closing"];

/** Ids may be hashes, which no line of a phone holds. */
const idOf = (kind: string, i: number) =>
  kind === "link" ? `${kind}-${"0123456789abcdef".repeat(4)}${i}` : `${kind}-${i}`;

const SPLIT: SplitSpec = {name: "random", strategy: "random", test: 0.5};

/** Adds an eval "hostile" whose candidate answers in all these ways, published as they are. */
export async function hostileStore(workspace: Workspace): Promise<void> {
  const kinds = Object.keys(HOSTILE_OUTPUTS);
  const rows = Array.from({length: 64}, (_, i) => ({
    id: idOf(kinds[i % kinds.length]!, i),
    text: `question ${i}`,
    answer: "fine",
    topic: `topic ${i}`
  }));
  const dataset = defineDataset({
    name: "questions",
    id: "id",
    text: "text",
    label: "answer",
    group: "topic",
    sensitivity: "public",
    publish: "text",
    source: {kind: "rows", rows: () => rows, describe: {generator: "hostile store"}}
  });
  const {version} = await pull(workspace, dataset, {now: () => new Date("2026-10-01T08:00:00.000Z")});
  const store = await openStore(workspace);
  let now = Date.parse("2026-10-02T09:00:00.000Z");
  try {
    const split = await ensureSplit(store, version, SPLIT);
    const answers = rows.map(({id}) => ({id, output: HOSTILE_OUTPUTS[id.split("-")[0]!]!}));
    const some = rows.map(({id}, i) => ({id, output: i % 3 === 0 ? "not fine" : "fine"}));
    const fine = rows.map(({id}) => ({id, output: "fine"}));
    await runEval(
      defineEval({
        dataset: "questions",
        split: SPLIT,
        prompt: "{{text}}",
        expected: "answer",
        margin: 0.01,
        publish: "text",
        scorers: {exact: exactMatch},
        slices: {half: ({id}) => (KINDS_OF_NOTHING.includes(String(id).split("-")[0]!) ? "" : "other")},
        candidates: [
          candidate("hostile", recorded({name: "hostile answers", rows: answers}), "hostile"),
          candidate("fine", recorded({name: "fine answers", rows: fine}), "fine", {baseline: true}),
          candidate(LONG_NAME, recorded({name: "some fine answers", rows: some}), "some")
        ]
      }),
      {store, version, split, evalName: "hostile", effects: {now: () => (now += 1000)}}
    );
    store.refresh();
  } finally {
    store.close();
  }
}

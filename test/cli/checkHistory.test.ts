import {afterAll, beforeAll, expect, it, vi} from "vitest";
import {checkHistory} from "../../src/cli/checkHistory.js";
import type {NamedEval} from "../../src/cli/project.js";
import {pull} from "../../src/datasets/index.js";
import type {HistoryEntry} from "../../src/decisions/index.js";
import {candidate, type EvalDefinition, runEval} from "../../src/runner/index.js";
import {ensureSplit} from "../../src/splits/index.js";
import {type Project, server, words, wordsEval, wordsProject} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

let model: ModelServer;
let project: Project;
/** Of twenty rows, how many the server answers wrongly, and what it calls itself. */
let wrong = 1;
/** Items from this number on are answered rightly. */
let wrongBelow = Infinity;
let fingerprint = "fp_1";
beforeAll(async () => {
  model = await startModelServer({
    models: ["m"],
    behave: () => ({fingerprint}),
    answer: ({prompt}) => {
      const [, number, colour] = /item (\d+) is (\w+)/i.exec(prompt)!;
      return Number(number) < wrongBelow && (Number(number) * 7) % 20 < wrong ? "wrong" : colour!;
    }
  });
  project = await wordsProject(await temporaryProject(), 300, 0.9);
});
afterAll(async () => {
  project.store.close();
  await model.close();
});

const named = (changes: Partial<EvalDefinition> = {}, name = "words"): NamedEval => {
  const endpoint = server(model.url);
  const definition = wordsEval(endpoint, {candidates: [candidate("m", endpoint, "m")], ...changes});
  return {name, path: "evals/words.eval.ts", sha256: "0", definition};
};

async function run(changes: Partial<EvalDefinition> = {}, evalName = "words"): Promise<void> {
  await new Promise((done) => setTimeout(done, 5));
  const inputs = {...project, evalName, options: {preflight: false, noReuse: true}};
  await runEval(named(changes).definition, inputs);
  project.store.refresh();
}

/** What `assay check --history` prints and exits with. */
async function checked(
  options: {json?: boolean; all?: boolean},
  name = "words"
): Promise<{code: number; text: string}> {
  const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await checkHistory(project.store, [named({}, name)], options);
    return {code, text: written.mock.calls.map(([text]) => text).join("")};
  } finally {
    written.mockRestore();
  }
}

async function last(): Promise<Partial<HistoryEntry> & {code: number}> {
  const {code, text} = await checked({json: true});
  return {...(JSON.parse(text) as HistoryEntry[]).at(-1), code};
}

it("tells steady, drifted and regressed runs apart by what changed since", async () => {
  await run();
  expect(await last()).toMatchObject({code: 101});
  expect((await checked({})).text).toContain(
    "words: it has one complete run; the next change of data, prompt or model makes the second (or `assay run words --no-reuse` asks again)."
  );
  await run();
  expect(await last()).toMatchObject({status: "steady", moved: 0, changed: null, newest: true, code: 0});

  wrong = 5;
  await run();
  expect(await last()).toMatchObject({status: "drifted", changed: [], code: 100});

  [wrong, fingerprint] = [9, "fp_2"];
  await run();
  const byModel = await last();
  expect(byModel).toMatchObject({status: "drifted", code: 100});
  expect(byModel.changed).toEqual([{kind: "model", what: "the server's model: m fp_1 → m fp_2"}]);

  wrong = 13;
  await run({prompt: "Say {{text}}"});
  const byPrompt = await last();
  expect(byPrompt).toMatchObject({status: "regressed", code: 100});
  expect(byPrompt.changed).toEqual([{kind: "code", what: "the prompt"}]);

  wrong = 17;
  const {source, ...definition} = words(300);
  const {rows} = source as unknown as {rows(): Generator<{text: string}>};
  function* changedRows() {
    for (const row of rows()) yield {...row, text: row.text.replace("item", "Item")};
  }
  const {version} = await pull(project.store.workspace, {
    ...definition,
    source: {kind: "rows", rows: changedRows}
  });
  project.store.refresh();
  const split = await ensureSplit(project.store, version, {strategy: "group", validation: 0, test: 0.9});
  project = {...project, version, split};
  await run({prompt: "Say {{text}}"});
  const byData = await last();
  expect(byData).toMatchObject({status: "drifted", code: 100});
  expect(byData.changed).toEqual([{kind: "data", what: `${byData.rows} rows of the data`}]);

  // What was decided stays, and the newest decides the exit code.
  await run({prompt: "Say {{text}}"});
  const {code, text} = await checked({});
  expect(code).toBe(0);
  expect(text.split("\n").map((line) => line.split(" ")[0])).toEqual(
    expect.arrayContaining(["drifted", "regressed", "steady"])
  );
  expect(text).toContain("6 comparisons: 1 regressed, 3 drifted, 0 flaky, 0 undecided, 2 steady.");
});

it("leaves a fall by strong evidence that is no alarm yet undecided, also while it lasts", async () => {
  const sudden = async (value: number) => {
    wrong = value;
    await run({prompt: "{{text}}"}, "sudden");
    const {code, text} = await checked({}, "sudden");
    const entries = JSON.parse((await checked({json: true}, "sudden")).text) as HistoryEntry[];
    return {code, text, last: entries.at(-1)};
  };
  await sudden(1);
  await sudden(1);
  const fallen = await sudden(2);
  expect(fallen.last).toMatchObject({status: "undecided", strong: true, changed: [], newest: true});
  expect(fallen.last!.eValue).toBeGreaterThan(20);
  expect(fallen.last!.eValue).toBeLessThan(fallen.last!.threshold);
  expect(fallen.code).toBe(101);
  expect(fallen.text).toContain("0 flaky, 1 undecided, 1 steady");
  expect(fallen.text).toMatch(
    /sudden \(.+\): m fell beyond chance by the look at \S+ alone, .+ More runs confirm it or not/
  );
  const lasting = await sudden(2);
  expect(lasting).toMatchObject({code: 101, last: {status: "undecided", strong: true}});
  const recovered = await sudden(1);
  expect(recovered).toMatchObject({code: 0, last: {status: "steady", strong: false, changed: null}});
  expect(recovered.text).not.toContain("fell beyond chance");
});

it("compares scores on the scale that their scorer states, and says of those without one why not", async () => {
  const graded = async (name: string, values: readonly number[], bounds?: readonly [number, number]) => {
    for (const value of values) {
      const scorer = Object.assign(() => value, {binary: false, settings: {value}, bounds});
      await run({scorers: {graded: scorer}}, name);
    }
    return checked({}, name);
  };
  const ranged = await graded("ranged", [90, 20], [0, 100]);
  expect(ranged.code).toBe(100);
  expect(ranged.text).toMatch(/ \u221270 \(\u221270\.\d+ to \u22126\d\.\d+\)/);
  const unranged = await graded("unranged", [90, -20]);
  expect(unranged.code).toBe(101);
  expect(unranged.text).toContain(
    "unranged: m has runs that are not compared: scores of graded lie outside of 0 to 1 and of any range that it states"
  );
});

it("names rows that came or went, which leave a fall on the others to chance", async () => {
  const whole = project;
  const on = async (rows: number) => {
    const {version} = await pull(project.store.workspace, words(rows));
    project.store.refresh();
    const split = await ensureSplit(project.store, version, {strategy: "group", validation: 0, test: 0.9});
    project = {...project, version, split};
    await run({prompt: "Rows: {{text}}"}, "rows");
    const {text} = await checked({all: true}, "rows");
    const entries = JSON.parse((await checked({json: true}, "rows")).text) as HistoryEntry[];
    return {last: entries.at(-1), text};
  };
  [wrong, wrongBelow] = [1, 120];
  await on(300);
  wrong = 2;
  const fewer = await on(280);
  expect(fewer.last).toMatchObject({status: "flaky", newest: true});
  expect(fewer.last!.changed).toEqual([{kind: "rows", what: "20 rows fewer"}]);
  expect(fewer.text).toMatch(/flaky .+% {2}20 rows fewer$/m);
  wrong = 3;
  const more = await on(300);
  expect(more.last).toMatchObject({status: "flaky"});
  expect(more.last!.changed).toEqual([{kind: "rows", what: "20 rows more"}]);
  [wrong, wrongBelow] = [20, Infinity];
  const fallen = await on(280);
  expect(fallen.last).toMatchObject({status: "drifted"});
  expect(fallen.text).toMatch(
    /drifted .+ {2}20 rows fewer; nothing known: the server may have changed without saying so$/m
  );
  project = whole;
});

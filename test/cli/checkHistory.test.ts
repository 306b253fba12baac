// @module-tag long
import {expect, it} from "vitest";
import type {HistoryEntry} from "../../src/evals/decisions/index.js";
import {words} from "../evals/runner/support/project.js";
import {answering, checked, last, pullNext, run, setUpHistory} from "./support/historyProject.js";

setUpHistory();

it("tells steady, drifted and regressed runs apart by what changed since", async () => {
  await run();
  expect(await last()).toMatchObject({code: 101});
  expect((await checked({})).text).toContain(
    "words (group): it has one complete run; the next change of data, prompt or model makes the second (or `assay run words --no-reuse` asks again)."
  );
  await run();
  expect(await last()).toMatchObject({status: "steady", moved: 0, changed: null, newest: true, code: 0});

  answering.wrong = 5;
  await run();
  expect(await last()).toMatchObject({status: "drifted", changed: [], code: 100});

  [answering.wrong, answering.fingerprint] = [9, "fp_2"];
  await run();
  const byModel = await last();
  expect(byModel).toMatchObject({status: "drifted", code: 100});
  expect(byModel.changed).toEqual([{kind: "model", what: "the server's model: m fp_1 → m fp_2"}]);

  answering.wrong = 13;
  await run({prompt: "Say {{text}}"});
  const byPrompt = await last();
  expect(byPrompt).toMatchObject({status: "regressed", code: 100});
  expect(byPrompt.changed).toEqual([{kind: "code", what: "the prompt"}]);

  answering.wrong = 17;
  const {source, ...definition} = words(300);
  const {rows} = source as unknown as {rows(): Generator<{text: string}>};
  function* changedRows() {
    for (const row of rows()) yield {...row, text: row.text.replace("item", "Item")};
  }
  await pullNext({...definition, source: {kind: "rows", rows: changedRows}});
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
    answering.wrong = value;
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

it("tells of how many rows the expected answers changed, beside the data, or by the eval alone", async () => {
  const newest = async (name: string) =>
    (JSON.parse((await checked({json: true}, name)).text) as HistoryEntry[]).at(-1)!;
  answering.wrong = 1;
  for (const name of ["key", "own"]) for (let i = 0; i < 2; i++) await run({}, name);
  const other = (answer: unknown) => (answer === "red" ? "RED" : String(answer));
  await run({expected: (row) => other(row.answer)}, "own");
  const own = await newest("own");
  expect(own.changed).toEqual([
    {kind: "code", what: expect.stringMatching(/^the expected answers of \d+ rows$/) as string}
  ]);

  const {source, ...definition} = words(300);
  const {rows} = source as unknown as {rows(): Generator<{answer: string}>};
  function* corrected() {
    for (const row of rows()) yield {...row, answer: other(row.answer), note: "corrected"};
  }
  await pullNext({...definition, source: {kind: "rows", rows: corrected}});
  await run({}, "key");
  const key = await newest("key");
  expect(key.changed).toEqual([
    {kind: "data", what: own.changed![0]!.what},
    {kind: "data", what: `${key.rows} rows of the data`}
  ]);
});

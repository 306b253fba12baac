// @module-tag long
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {cheapestChoice, costTable, failedRowsText} from "../../../src/base/costs/index.js";
import {gatesOf, runReport} from "../../../src/evals/decisions/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, defineEval, runEval} from "../../../src/evals/runner/index.js";
import {exactMatch} from "../../../src/evals/scorers/index.js";
import {runCosts} from "../../../src/report/site/index.js";
import {runCascades} from "../../../src/report/site/runCascades.js";
import type {RunManifest, Store} from "../../../src/base/store/index.js";
import {plainRows} from "../../support/plainRows.js";

const ROWS = 200;
/** The longest rows, which "dear" does not answer. */
const isLong = (i: number) => i % 20 === 0;
const TIMES = 1.5;

let store: Store;
let whole: RunManifest;
let repeated: RunManifest;

beforeAll(async () => {
  const {rows, version, spec, split, ...made} = await plainRows(ROWS);
  store = made.store;
  const one = (name: string, times: number, has: (i: number, repeat: number) => boolean, repeats = 1) =>
    candidate(
      name,
      recorded({
        name,
        rows: rows.flatMap(({id}, i) =>
          Array.from({length: repeats}, (_, repeat) => ({id, repeat, output: "x"})).filter(({repeat}) =>
            has(i, repeat)
          )
        ),
        usage: ({id}: {id?: unknown}) => ({
          promptTokens: isLong(Number(id)) ? 20_000 : 1000 + Number(id),
          completionTokens: 10
        }),
        price: {
          inputUsdPerMillion: 2 * times,
          outputUsdPerMillion: 8 * times,
          asOf: "2026-11-01",
          source: "made up"
        }
      }),
      name
    );
  const run = async (evalName: string, repeats: number, has: (i: number, repeat: number) => boolean) => {
    const {manifest} = await runEval(
      defineEval({
        dataset: "q",
        split: spec,
        repeats,
        margin: 0.1,
        candidates: [one("plain", 1, () => true, repeats), one("dear", TIMES, has, repeats)],
        prompt: "{{text}}",
        expected: "label",
        scorers: {exact: exactMatch}
      }),
      {store, version, split, evalName}
    );
    return manifest!;
  };
  whole = await run("rows", 1, (i) => !isLong(i));
  repeated = await run("repeats", 4, (i, repeat) => (i + repeat) % 4 !== 0);
  store.refresh();
});
afterAll(() => store.close());

describe("what candidates cost of which one lacks rows", () => {
  it("is compared on the rows that both have, paired by row", async () => {
    const {verdict} = await runReport(store, whole);
    expect(verdict.kind).toBe("tie");
    expect(verdict.costs!.dear!.usdPerThousand).toBeLessThan(verdict.costs!.plain!.usdPerThousand);
    expect(verdict.choice).toEqual({candidate: "plain", reason: "is 1.5 times cheaper"});
    const against = verdict.costs!.plain!.against!.dear!;
    expect(against.rows).toBe(0.95 * ROWS);
    expect(against.otherUsdPerThousand / against.usdPerThousand).toBeCloseTo(TIMES, 9);
    expect(against.timesLow).toBeCloseTo(TIMES, 9);
    expect(against.timesHigh).toBeCloseTo(TIMES, 9);
  });

  it("takes a repeat that failed to be as dear as the others of its row", async () => {
    const {verdict} = await runReport(store, repeated);
    const {plain, dear} = verdict.costs!;
    expect(dear!.usdPerThousand / plain!.usdPerThousand).toBeCloseTo(TIMES, 9);
    expect(verdict.choice?.candidate).toBe("plain");
  });

  it("leaves a gate undecided where failed rows could bring it to the other side", async () => {
    const report = await runReport(store, whole);
    const {usdPerThousand, failed} = report.verdict.costs!.dear!;
    expect(failed!.rows).toBe(0.05 * ROWS);
    expect(failed!.lowest).toBeCloseTo(0.95 * usdPerThousand, 9);
    // As dear as what the other candidate's answers to them tell.
    expect(failed!.highest).toBeCloseTo(TIMES * report.verdict.costs!.plain!.usdPerThousand, 9);
    const gate = (most: number) =>
      gatesOf(report, [{candidate: "dear", maxCostUsdPerThousand: most}])[0]!.status;
    expect(gate(usdPerThousand)).toBe("undecided");
    expect(gate(1.001 * failed!.highest)).toBe("pass");
    expect(gate(0.97 * usdPerThousand)).toBe("undecided");
    expect(gate(0.999 * failed!.lowest)).toBe("fail");
  });

  it("is told of the rows that any answered, on the frontier and in the choice by cost", async () => {
    const {samples} = await runCosts(store, whole, {at: "2026-11-26"});
    const table = costTable(samples, {requestsPerMonth: 1e5});
    const [plain, dear] = table;
    expect(dear!.usdPerThousand! / plain!.usdPerThousand!).toBeCloseTo(TIMES, 9);
    expect(table.map(({onFrontier, frontierShare}) => [onFrontier, frontierShare])).toEqual([
      [true, 1],
      [false, 0]
    ]);
    expect(cheapestChoice(table)!.option.sample.name).toBe("plain");
    expect(failedRowsText(dear!.sample)).toMatch(/^dear: 10 of 200 rows failed; the tokens of 10 are told/);
    expect(failedRowsText(plain!.sample)).toBeUndefined();
    const whyNone = async (changes: Partial<RunManifest>) =>
      (await runCascades(store, {...whole, ...changes})).noCascades;
    expect(await whyNone({})).toBeUndefined();
    expect(await whyNone({margin: 0})).toBe("The margin is 0, so that a cheaper model may lose nothing.");
  });
});

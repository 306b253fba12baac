// @module-tag long
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, describe, expect, it, vi} from "vitest";
import {importResults} from "../../../src/cli/evals/verdict/importResults.js";
import {callsOf, gatesOf, runReport} from "../../../src/evals/decisions/index.js";
import {openStore, openWorkspace, type Store} from "../../../src/base/store/index.js";
import {commandProject} from "../../support/temporaryWorkspace.js";

let store: Store | undefined;
afterEach(() => {
  store?.close();
  vi.unstubAllEnvs();
});

/** A hundred rows with one score; of each candidate the rows' times, "" where it is not known. */
async function report(times: Record<string, (row: number) => number | "">) {
  const project = await commandProject();
  const lines = ["row,candidate,score,latency_ms"];
  for (const [name, time] of Object.entries(times))
    for (let i = 0; i < 100; i++) lines.push(`r${i},${name},${i % 2},${time(i)}`);
  await writeFile(join(project, "times.csv"), lines.join("\n"));
  const workspace = await openWorkspace(project);
  store = await openStore(workspace);
  const {manifest} = await importResults(
    workspace,
    {files: ["times.csv"]},
    {name: "times", command: "assay verdict --from times.csv", publish: "text"}
  );
  store.refresh();
  return {report: await runReport(store, manifest), run: manifest, store};
}

const gate = (one: Awaited<ReturnType<typeof report>>, maxP95LatencyMs: number, candidate = "a") =>
  gatesOf(one.report, [{candidate, maxP95LatencyMs}])[0]!;

describe("times that result files state of some answers alone", () => {
  it("leave a gate undecided where the others could turn it, and are counted", async () => {
    const one = await report({a: (i) => (i < 4 ? 100 : ""), b: (i) => (i < 98 ? 10 * i : ""), c: () => ""});
    expect(gate(one, 200)).toMatchObject({
      status: "undecided",
      message: "100 ms over 4 of 100 answers; the others state no time"
    });
    // Even if all the others had taken no time.
    expect(gate(one, 800, "b").status).toBe("fail");
    expect(gate(one, 925, "b").status).toBe("undecided");
    // Even if the two of unknown time had taken for ever.
    expect(gate(one, 950, "b")).toMatchObject({
      status: "pass",
      message: expect.stringMatching(/over 98 of 100 answers;/)
    });
    expect(gate(one, 1e9, "c")).toMatchObject({
      status: "undecided",
      message: "No answer states how long it took."
    });
    const whole = await report({a: (i) => 2 * i});
    expect(gate(whole, 200)).toMatchObject({status: "pass", message: "188 ms (178 to 198) over 100 answers"});
  });

  it("tell nobody apart among equals", async () => {
    const reasonOf = async (a: (i: number) => number | "", b: (i: number) => number) =>
      (await report({a, b})).report.verdict.choice?.reason;
    expect(
      await reasonOf(
        (i) => (i < 4 ? 1 : ""),
        () => 100
      )
    ).toBeUndefined();
    expect(
      await reasonOf(
        () => 1,
        () => 100
      )
    ).toBe("is 100 times faster (p95 1 ms against 100 ms)");
    // The same times in another order, and a twentieth less: chance.
    expect(
      await reasonOf(
        (i) => 0.95 * (1 + ((7 * i) % 100)),
        (i) => 1 + i
      )
    ).toBeUndefined();
  });

  it("have an interval by rows and groups of rows, from 72 of them on", async () => {
    const latencies = async (rows: number, size: number) => {
      const project = await commandProject();
      const lines = Array.from({length: rows}, (_, i) => `r${i},a,1,${i + 1},g${Math.floor(i / size)}`);
      await writeFile(
        join(project, "grouped.csv"),
        ["row,candidate,score,latency_ms,thread", ...lines].join("\n")
      );
      const workspace = await openWorkspace(project);
      store = await openStore(workspace);
      const {manifest} = await importResults(
        workspace,
        {files: ["grouped.csv"], cluster: "thread"},
        {name: "grouped", command: "assay verdict --from grouped.csv", publish: "text"}
      );
      store.refresh();
      const [{latency} = {}] = await callsOf(store, manifest);
      store.close();
      return latency && [latency.lowMs, latency.highMs];
    };
    expect(await latencies(71, 1)).toEqual([undefined, undefined]);
    expect(await latencies(360, 1)).toEqual([334, 351]);
    expect(await latencies(355, 5)).toEqual([undefined, undefined]);
    const [low, high] = (await latencies(360, 5))!;
    expect(low).toBeLessThan(334);
    expect(high).toBeGreaterThan(351);
  });

  it("are those of the answers that came", async () => {
    const {run, store} = await report({a: (i) => i});
    expect((await callsOf(store, run))[0]!.latency).toMatchObject({
      answers: 100,
      lowMs: 89,
      highMs: 99,
      leastMs: 94.05,
      mostMs: 94.05
    });
  });
});

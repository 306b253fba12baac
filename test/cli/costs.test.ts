import {mkdir, mkdtemp, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {costsVerb, type CostsOptions} from "../../src/cli/evals/costs/costs.js";
import {importPricesVerb, pricesVerb} from "../../src/cli/evals/costs/prices.js";
import {dayOf} from "../../src/base/costs/index.js";
import {openWorkspace, type RunManifest, writeBench} from "../../src/base/store/index.js";
import {assay, writeLoader} from "../support/assay.js";
import {printed} from "../support/printed.js";
import {costStore} from "../support/costStore.js";

let project: string;
let run: RunManifest;
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-costs-"));
  run = await costStore(project);
  writeLoader(project, "sums", `{name: "sums", source: {kind: "rows", rows: []}}`);
  vi.stubEnv("ASSAY_PROJECT", project);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(project, {recursive: true, force: true});
});

interface Told {
  options: {
    candidate: string;
    hosting?: {kind: string};
    usdPerMonth?: number;
    usdPerThousand?: number;
    usdPerMillionTokens?: number;
    low?: number;
    frontierShare?: number;
    onFrontier: boolean;
    unknown: string[];
  }[];
  choice: {candidate: string; hosting: string};
  breakEven: {
    a: {candidate: string; hosting: string};
    b: {candidate: string};
    requestsPerMonth?: number;
    low?: number;
    high?: number;
  }[];
  prices: {candidate: string; old: boolean; inputUsdPerMillion: number}[];
}
const costs = (options: Partial<CostsOptions> = {}) =>
  printed(() => costsVerb(run.id.slice(0, 12), {volume: 100_000, months: 24, ...options}));
const told = async (options: Partial<CostsOptions> = {}) =>
  JSON.parse(await costs({json: true, ...options})) as Told;

describe("assay costs", () => {
  it(
    "takes the throughput of the hosting that a candidate runs on from its own newest load test, where none is stated",
    {tags: ["long"]},
    async () => {
      const onPrem = async (names: string[]) =>
        (await told()).options
          .filter(({candidate}) => names.includes(candidate))
          .flatMap(({unknown}) => unknown);
      expect(await onPrem(["untold"])).toContain("requestsPerSecond");
      const workspace = await openWorkspace(project, `${project}/.assay`);
      const {model, endpoint} = run.candidates.find(({name}) => name === "untold")!;
      const level = {concurrency: 1, answered: 100, errors: {}, unanswered: 0};
      const measured = (id: string, at: string, requestsPerSecond: number, of: object = {}) =>
        writeBench(workspace, {
          kind: "bench",
          schemaVersion: 1,
          id,
          at,
          tool: "assay",
          eval: "sums",
          candidate: "untold",
          model,
          endpoint,
          levels: [{...level, throughput: {basis: "saturated", requestsPerSecond}}],
          ...of
        });
      await measured("other", "2026-11-25T00:00:00Z", 9, {eval: "another"});
      await measured("elsewhere", "2026-11-25T01:00:00Z", 9, {endpoint: "url"});
      expect(await onPrem(["untold"])).toContain("requestsPerSecond");
      await measured("older", "2026-11-20T00:00:00Z", 1);
      await measured("newer", "2026-11-24T00:00:00Z", 3.14159);
      expect(await onPrem(["untold"])).not.toContain("requestsPerSecond");
      // Two requests a second came and were answered: it can do more.
      const throughput = {basis: "arrivals", requestsPerSecond: 2};
      await measured("check", "2026-11-26T00:00:00Z", 2, {levels: [{...level, throughput}]});
      expect(await costs()).toContain(
        "3.14 requests/s when saturated, whatever the latency, measured 2026-11-24, assay bench newer"
      );
      const slower = [
        {
          ...level,
          throughput: {basis: "saturated", requestsPerSecond: 24},
          ratePerSecond: 17,
          latencyMs: {p95: 76}
        },
        {
          ...level,
          throughput: {basis: "saturated", requestsPerSecond: 102},
          ratePerSecond: 71,
          latencyMs: {p95: 189}
        }
      ];
      await measured("within", "2026-11-27T00:00:00Z", 0, {levels: slower, p95Ms: 100});
      expect(await costs()).toContain(
        "17 requests/s with p95 within 100 ms, measured 2026-11-27, assay bench within"
      );
      await measured("tooSlow", "2026-11-28T00:00:00Z", 0, {levels: slower, p95Ms: 10});
      expect(await onPrem(["untold"])).toContain("requestsPerSecond");
      expect(await costs()).toContain(
        "no throughput measured 2026-11-28, assay bench tooSlow: no level kept its p95 within 10 ms"
      );
      const refusing = [...slower, {...slower[1], concurrency: 16, errors: {server: 300}}];
      await measured("refusing", "2026-11-29T00:00:00Z", 0, {levels: refusing});
      expect(await costs()).toMatch(
        /102 requests\/s when saturated.* refusing; left out: more than 1% of the requests failed at 16 in flight 75% \(server 300\)/
      );
      await measured("failing", "2026-11-30T00:00:00Z", 0, {levels: refusing.slice(2)});
      expect(await costs()).toMatch(
        /no throughput measured .* failing: more than 1% of the requests failed at 16 in/
      );
      expect(await onPrem(["untold"])).toContain("requestsPerSecond");
    }
  );

  it("prices a run again from its recorded tokens, with hostings, frontier and break-even", async () => {
    const {options, choice, breakEven} = await told({volume: 1_000_000});
    // Prompts have 249.5 tokens on average, answers 20: (249.5 · 10 + 20 · 40) / 1,000,000
    const large = options.find(({candidate}) => candidate === "large")!;
    expect(large.usdPerThousand).toBeCloseTo(3.295, 9);
    expect(large.low).toBeLessThan(3.295);
    const own = options.find(({hosting}) => hosting?.kind === "cloud")!;
    // A replica does 2 · 0.5 · 2,628,000 requests a month; $730, and $4 of training four times a year and once in 24 months.
    expect(own.usdPerMonth).toBeCloseTo(730 * 1 + 4 / 3 + 4 / 24, 9);
    expect(options.filter(({onFrontier}) => onFrontier).map(({candidate}) => candidate)).toEqual([
      "medium",
      "small"
    ]);
    expect(choice).toMatchObject({candidate: "medium", hosting: "api"});
    const crossing = breakEven.find(({a, b}) => a.candidate === "medium" && b.candidate === "medium")!;
    expect(crossing.requestsPerMonth).toBeCloseTo(730 / 0.000659, -1);
    expect(crossing.low).toBeLessThan(crossing.requestsPerMonth!);
    expect(crossing.high).toBeGreaterThan(crossing.requestsPerMonth!);
  });

  it("says the same by the request and by the token, with the way there in both", async () => {
    const {options} = await told({volume: 1000});
    const known = options.filter(({usdPerThousand}) => usdPerThousand !== undefined);
    expect(known.length).toBe(4);
    // 249.5 tokens of a prompt and 20 of an answer.
    for (const {usdPerThousand, usdPerMillionTokens} of known)
      expect(usdPerMillionTokens).toBeCloseTo((1000 * usdPerThousand!) / 269.5, 9);
  });

  it("an unknown cost is unknown, with the names of what is missing, never 0", async () => {
    const {options} = await told();
    const untold = options.find(({candidate}) => candidate === "untold")!;
    expect(untold.usdPerMonth).toBeUndefined();
    expect(untold.frontierShare).toBeUndefined();
    expect(untold.unknown).toContain("serverUsd");
    const text = await printed(() => costsVerb(run.id, {volume: 1000, months: 12}));
    expect(text).toMatch(/untold, .*price of a server/);
    expect(text).toMatch(/State what is missing as `hosting` of .*, then `assay run [a-z-]+`/);
  });

  it("takes other prices by their day and marks old ones", {tags: ["long"]}, async () => {
    const file = join(project, "other.json");
    const price = {model: "example-large", source: "list", outputPerMillion: 4};
    await writeFile(
      file,
      JSON.stringify({
        kind: "prices",
        prices: [
          {...price, asOf: "2026-01-01", inputPerMillion: 1},
          {...price, asOf: "2026-08-01", inputPerMillion: 2}
        ]
      })
    );
    const {prices} = await told({prices: file, at: "2026-07-01"});
    expect(prices[0]).toMatchObject({candidate: "large", inputUsdPerMillion: 1, old: true});
    const later = await told({prices: file, at: "2026-08-02"});
    expect(later.prices[0]).toMatchObject({inputUsdPerMillion: 2, old: false});
    expect(later.options[0]!.usdPerThousand).toBeCloseTo((249.5 * 2 + 20 * 4) / 1000, 9);
    const before = await costs({prices: file, at: "2025-12-31"});
    expect(before).toMatch(
      /! the price list has no price of example-large for 2025-12-31\. The price of the run's record stands \(\d{4}-\d\d-\d\d\)\./
    );
    expect(await costs({prices: file, at: "2026-08-02"})).not.toContain("no price of example-large");
    const cached = {...price, asOf: "2026-08-01", inputPerMillion: 2, cachedInputPerMillion: 0.2};
    await writeFile(file, JSON.stringify({kind: "prices", prices: [cached]}));
    expect(await costs({prices: file, at: "2026-08-02"})).toContain(
      "price of large: $2 in, $0.2 cached, $4 out a million tokens"
    );
  });

  it("says it in words", async () => {
    const stdout = await costs({volume: 2_000_000});
    expect(stdout).toMatch(
      /medium on rented cloud \(Example Cloud\) is cheaper than .* from about 1,\d00,000 requests a month/
    );
    expect(stdout).toContain("untold, own server: price of a server, years of use");
    expect(stdout).toContain("Every prompt and answer goes to Example Inc.");
    expect(stdout).toContain("assumptions of rented cloud (Example Cloud): made up for a test, 2026-11-01");
  });

  it("shows the amounts for long prompts, on which its costs rest", async () => {
    const file = join(project, "tiers.json");
    const tiers = [
      {abovePromptTokens: 1000, outputPerMillion: 9},
      {abovePromptTokens: 10, inputPerMillion: 40}
    ];
    const row = {
      model: "example-large",
      asOf: "2026-11-01",
      source: "list",
      inputPerMillion: 2,
      outputPerMillion: 8
    };
    await writeFile(file, JSON.stringify({kind: "prices", prices: [{...row, tiers}]}));
    expect(await costs({prices: file})).toContain(
      "price of large: $2 in, $8 out a million tokens; above 10 prompt tokens: $40 in; above 1,000 prompt tokens: $9 out, 2026-11-01, list"
    );
    await mkdir(join(project, "prices"), {recursive: true});
    const ahead = dayOf(Date.now() + 86_400_000);
    const listed = [
      {...row, tiers},
      {...row, asOf: ahead, inputPerMillion: 200}
    ];
    await writeFile(join(project, "prices/a.json"), JSON.stringify({kind: "prices", prices: listed}));
    const text = await printed(() => pricesVerb(undefined, {}));
    expect(text).toContain("above 10: 40 in; above 1,000: 9 out");
    expect(text).toMatch(new RegExp(`${ahead} +ahead`));
    expect(text).toContain("1 of 2 is of a day to come: until then nothing is priced by it.");
    await rm(join(project, "prices"), {recursive: true});
  });

  it("says what is wrong with a run, a day or a price file", async () => {
    await expect(costsVerb("nothing", {volume: 1, months: 1})).rejects.toThrow("assay runs");
    for (const wrong of ["yesterday", "2026-02-31"])
      expect((await assay(project, "costs", run.id, "--at", wrong)).stderr).toContain("YYYY-MM-DD");
    const file = join(project, "broken.json");
    await writeFile(file, `{"kind": "prices", "prices": [{"model": "a", "inputPerMillion": -1}]}`);
    const wrong = costs({prices: file});
    await expect(wrong).rejects.toThrow(
      "price 1 (a): `asOf` must be a day of the calendar as YYYY-MM-DD, and is missing"
    );
    await expect(wrong).rejects.toThrow("`inputPerMillion` must be a number (at least 0), not -1");
  });
});

describe("assay prices", () => {
  it("imports a public table and lists it, old prices marked", async () => {
    expect(await printed(() => pricesVerb(undefined, {}))).toContain("assay prices import FILE");
    const table = join(project, "table.json");
    await writeFile(
      table,
      JSON.stringify({
        sample_spec: {input_cost_per_token: 0},
        "example-untold": {
          litellm_provider: "example",
          input_cost_per_token: 1e-6,
          output_cost_per_token: 2e-6
        },
        "example-half": {input_cost_per_token: 1e-6},
        picture: {input_cost_per_image: 0.1}
      })
    );
    const {stdout, stderr} = await assay(
      project,
      "prices",
      "import",
      table,
      "--as-of",
      "2026-01-15",
      "--name",
      "public"
    );
    expect(stdout).toBe("prices/public.json: 2 prices as of 2026-01-15\n");
    expect(stderr).toContain("1 model was left out, such as picture: it states no price for tokens.");
    expect(JSON.parse(await readFile(join(project, "prices/public.json"), "utf8"))).toMatchObject({
      kind: "prices"
    });
    expect(await printed(() => pricesVerb("half", {}))).toMatch(
      /example-half +– +USD +1 +– +– .* 2026-01-15 +old/
    );
    expect(JSON.parse(await printed(() => pricesVerb(undefined, {json: true})))).toHaveLength(2);
    // What an API bills for a model of that name is no price of the team's own server.
    const {prices} = await told();
    expect(prices.find(({candidate}) => candidate === "untold")).toBeUndefined();
    await expect(importPricesVerb(table, {only: ["zzz"]})).rejects.toThrow("Nothing was written");
  });
});

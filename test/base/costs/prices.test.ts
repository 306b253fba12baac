import {describe, expect, it} from "vitest";
import {
  type AskedAt,
  batchPrice,
  batchShareOf,
  completionCost,
  isOldPrice,
  litellmPrices,
  priceAt,
  type PriceRow,
  tokenPrice,
  trainingPrice,
  undecidedPrice
} from "../../../src/base/costs/index.js";
import {priceFileProblems} from "../../../src/base/costs/prices/priceSchema.js";

const when = {asOf: "2026-11-26", source: "litellm"};

describe("litellmPrices", () => {
  const table = {
    sample_spec: {input_cost_per_token: 0, mode: "one of: chat, embedding"},
    "gpt-example": {
      litellm_provider: "openai",
      mode: "chat",
      input_cost_per_token: 1.5e-7,
      output_cost_per_token: 6e-7,
      cache_read_input_token_cost: 7.5e-8,
      input_cost_per_token_batches: 7.5e-8,
      output_cost_per_token_batches: 3e-7,
      input_cost_per_token_above_128k_tokens: 3e-7,
      input_cost_per_token_above_200k_tokens: 4e-7,
      deprecation_date: "2026-11-30"
    },
    "half-known": {input_cost_per_token: 1e-6},
    "ollama/free": {input_cost_per_token: 0, output_cost_per_token: 0},
    "an-image": {input_cost_per_pixel: 1e-8, mode: "image_generation"},
    "text-price": {input_cost_per_token: "1e-6"},
    broken: null
  };
  const found = litellmPrices(table, when);

  it("reads dollars a token as dollars a million tokens", () => {
    expect(found.rows[0]).toEqual({
      model: "gpt-example",
      provider: "openai",
      ...when,
      inputPerMillion: 0.15,
      cachedInputPerMillion: 0.075,
      outputPerMillion: 0.6,
      batchInputPerMillion: 0.075,
      batchOutputPerMillion: 0.3,
      tiers: [
        {abovePromptTokens: 200_000, inputPerMillion: 0.4},
        {abovePromptTokens: 128_000, inputPerMillion: 0.3}
      ],
      shutdownDate: "2026-11-30"
    });
  });

  it("a missing price stays unknown and a price of 0 is pointed out", () => {
    const half = found.rows.find(({model}) => model === "half-known")!;
    expect(half.outputPerMillion).toBeUndefined();
    expect(tokenPrice(half)).toBeUndefined();
    expect(found.zero).toEqual(["ollama/free"]);
  });

  it("leaves out what is billed beside tokens, and points out a 0 for prompts or answers alone", () => {
    const both = {input_cost_per_token: 1e-6, output_cost_per_token: 2e-6};
    const {rows, skipped, zero} = litellmPrices(
      {
        searching: {...both, input_cost_per_request: 0.005},
        reranking: {input_cost_per_token: 0, output_cost_per_token: 0, input_cost_per_query: 0.002},
        thinking: {...both, output_cost_per_reasoning_token: 3e-6},
        tiered: {...both, tiered_pricing: [{range: [0, 32_000], input_cost_per_token: 1e-6}]},
        plain: {
          ...both,
          output_cost_per_reasoning_token: 2e-6,
          input_cost_per_request: 0,
          tiered_pricing: []
        },
        half: {input_cost_per_token: 0, output_cost_per_token: 2.8e-7},
        mute: {input_cost_per_token: 1e-6, output_cost_per_token: 0},
        vectors: {input_cost_per_token: 1e-6, output_cost_per_token: 0, mode: "embedding"},
        ended: {...both, deprecation_date: "2026-02-31"}
      },
      when
    );
    expect(rows.map(({model}) => model)).toEqual(["plain", "half", "mute", "vectors", "ended"]);
    expect(zero).toEqual(["half", "mute"]);
    expect(rows.at(-1)!.shutdownDate).toBeUndefined();
    expect(skipped.map(({model, reason}) => `${model}: ${reason}`)).toEqual(
      [
        ["searching", "input_cost_per_request"],
        ["reranking", "input_cost_per_query"],
        ["thinking", "output_cost_per_reasoning_token"],
        ["tiered", "tiered_pricing"]
      ].map(([model, name]) => `${model}: its price has ${name} beside tokens, which a row has no place for`)
    );
  });

  it("names what it leaves out, and never takes the table's documentation for a model", () => {
    expect(found.skipped).toEqual([
      {model: "an-image", reason: "it states no price for tokens"},
      {model: "text-price", reason: "input_cost_per_token: not a number of at least 0"},
      {model: "broken", reason: "it is no object"}
    ]);
    expect(found.rows.map(({model}) => model)).not.toContain("sample_spec");
    expect(() => litellmPrices([], when)).toThrow("JSON object");
  });
});

describe("price rows", () => {
  const row = (more: Partial<PriceRow>): PriceRow => ({model: "m", source: "s", asOf: "2026-01-01", ...more});

  it("the price of a day is the newest one read until then", () => {
    const rows = [row({inputPerMillion: 1}), row({asOf: "2026-06-01", inputPerMillion: 2})];
    expect(priceAt(rows, "m", "2026-05-31")?.inputPerMillion).toBe(1);
    expect(priceAt(rows, "m", "2026-06-01T10:00:00Z")?.inputPerMillion).toBe(2);
    expect(priceAt(rows, "m", "2025-12-31")).toBeUndefined();
    expect(priceAt([row({model: "openai/m", inputPerMillion: 3})], "m", "2026-02-01")?.inputPerMillion).toBe(
      3
    );
    expect(priceAt(rows, "other", "2026-06-01")).toBeUndefined();
  });

  it("of several providers' rows the one holds whose provider the endpoint is named after, or its host is of", () => {
    const at = "2026-02-01";
    const rows = [
      row({model: "azure/m", provider: "Azure", inputPerMillion: 10}),
      row({model: "openai/m", inputPerMillion: 5}),
      row({model: "cheapo/m", provider: "Cheapo Inc.", inputPerMillion: 1})
    ];
    const input = (asked?: AskedAt, of = rows) => priceAt(of, "m", at, asked)?.inputPerMillion;
    for (const of of [rows, [...rows].reverse()]) {
      expect(input({}, of)).toBeUndefined();
      expect(input({endpoint: "e1", host: "127.0.0.1"}, of)).toBeUndefined();
      expect(input({endpoint: "our Azure", host: "api.openai.com"}, of)).toBe(10);
      // A host ends with its owner.
      expect(input({endpoint: "e1", host: "team.openai.azure.com"}, of)).toBe(10);
      expect(input({endpoint: "e1", host: "api.openai.com"}, of)).toBe(5);
      expect(input({endpoint: "cheapo-inc"}, of)).toBe(1);
    }
    expect(undecidedPrice(rows, "m", at, {endpoint: "e1"})).toMatch(
      /several prices for m at e1: azure\/m of Azure .*openai\/m .*cheapo\/m.* Name the endpoint/
    );
    expect(undecidedPrice(rows, "m", at, {endpoint: "azure"})).toBeUndefined();
    expect(undecidedPrice(rows, "other", at)).toBeUndefined();
    // What needs no choice: a row of the model itself, one price, the newest row of one provider.
    expect(input({}, [...rows, row({inputPerMillion: 7})])).toBe(7);
    expect(input({}, [rows[1]!, row({model: "copy/m", inputPerMillion: 5})])).toBe(5);
    const newer = row({model: "openai/m", provider: "OpenAI", asOf: "2026-01-20", inputPerMillion: 6});
    expect(input({}, [newer, rows[1]!])).toBe(6);
    const twoOfOneName = [row({provider: "A", inputPerMillion: 1}), row({provider: "B", inputPerMillion: 2})];
    expect(input({}, twoOfOneName)).toBeUndefined();
    expect(input({endpoint: "a"}, twoOfOneName)).toBe(1);
  });

  it("a price is old after 90 days", () => {
    expect(isOldPrice("2026-01-01", "2026-04-01")).toBe(false);
    expect(isOldPrice("2026-01-01", "2026-04-02")).toBe(true);
  });

  it("other currencies are converted by their stated rate", () => {
    const euros = row({currency: "EUR", usdPerUnit: 1.1, inputPerMillion: 10, outputPerMillion: 20});
    expect(tokenPrice(euros)).toMatchObject({
      inputUsdPerMillion: expect.closeTo(11, 9) as number,
      outputUsdPerMillion: expect.closeTo(22, 9) as number
    });
    expect(tokenPrice({...euros, usdPerUnit: undefined})).toBeUndefined();
    const small = {...euros, inputPerMillion: 1, cachedInputPerMillion: 0.1, outputPerMillion: 3};
    expect(tokenPrice(small)).toMatchObject({
      inputUsdPerMillion: 1.1,
      cachedInputUsdPerMillion: 0.11,
      outputUsdPerMillion: 3.3
    });
    expect(trainingPrice([{...euros, trainingPerMillion: 3}], "m", "2026-02-01")).toBe(3.3);
  });

  it("training tokens have the newest price that states one, in dollars", () => {
    const rows = [
      row({trainingPerMillion: 3, asOf: "2026-01-01"}),
      row({trainingPerMillion: 4, asOf: "2026-03-01", currency: "EUR", usdPerUnit: 1.5}),
      row({inputPerMillion: 1, asOf: "2026-04-01"})
    ];
    expect(trainingPrice(rows, "m", "2026-02-01")).toBe(3);
    expect(trainingPrice(rows, "m", "2026-05-01")).toBe(6);
    expect(trainingPrice(rows, "other", "2026-05-01")).toBeUndefined();
  });

  it("the tiers of long prompts are in dollars, and batches have their share", () => {
    const tiered = row({
      inputPerMillion: 1,
      outputPerMillion: 4,
      batchInputPerMillion: 0.5,
      batchOutputPerMillion: 2,
      tiers: [
        {abovePromptTokens: 100, inputPerMillion: 2},
        {abovePromptTokens: 1000, inputPerMillion: 3}
      ]
    });
    const price = tokenPrice({...tiered, currency: "EUR", usdPerUnit: 1.5})!;
    const input = (n: number) => completionCost({promptTokens: n, completionTokens: 0}, price)! / n;
    expect([100, 101, 1001].map((n) => Math.round(1e7 * input(n)))).toEqual([15, 30, 45]);
    expect(completionCost({promptTokens: 0, completionTokens: 5000}, price)).toBeCloseTo(0.03, 12);
    const batch = batchPrice({...tiered, currency: "EUR", usdPerUnit: 1.5})!;
    expect(batch).toEqual({inputUsdPerMillion: 0.75, outputUsdPerMillion: 3});
    expect(batchShareOf(batch, price, {promptTokens: 3, completionTokens: 1})).toBe(0.5);
    expect(batchShareOf(batch, price, {promptTokens: 0, completionTokens: 0})).toBeUndefined();
    expect(batchPrice(row({batchInputPerMillion: 1}))).toBeUndefined();
  });

  it("a file's problems are all named at once, with the row", () => {
    expect(
      priceFileProblems({
        kind: "prices",
        prices: [
          {model: "a", asOf: "26.11.2026", source: "x", inputPerMillion: -1},
          {model: "b", asOf: "2026-11-26", source: "x", currency: "EUR", price: 3},
          {asOf: "2026-11-26", source: "x"}
        ]
      })
    ).toEqual([
      'price 1 (a): `asOf` must be a day of the calendar as YYYY-MM-DD, not "26.11.2026"',
      "price 1 (a): `inputPerMillion` must be a number (at least 0), not -1",
      expect.stringMatching(/^price 2 \(b\): it has no member "price": there are model, provider, /),
      "price 2 (b): `usdPerUnit` is missing: amounts in EUR cannot be compared without it",
      "price 3: `model` must be a text, and is missing"
    ]);
    expect(priceFileProblems({"gpt-example": {}})[0]).toContain("assay prices import");
    const told = priceFileProblems({
      kind: "prices",
      prices: [
        row({asOf: "2026-02-31", usdPerUnit: 1.16}),
        row({currency: "EUR", usdPerUnit: 0}),
        row({currency: "USD", usdPerUnit: 1}),
        row({
          tiers: [
            {abovePromptTokens: 10, inputPerMillon: 400} as never,
            {abovePromptTokens: -5},
            {abovePromptTokens: 10, outputPerMillion: -1},
            null as never
          ]
        })
      ]
    }).map((problem) => problem.replace(/^price (\d) \(m\): /, "$1 "));
    const foreign =
      "`usdPerUnit` is for amounts in another currency than USD: name it as `currency`, or leave `usdPerUnit` out";
    expect(told).toEqual([
      '1 `asOf` must be a day of the calendar as YYYY-MM-DD, not "2026-02-31"',
      `1 ${foreign}`,
      "2 `usdPerUnit` must be a number (above 0), not 0",
      `3 ${foreign}`,
      '4 `tiers[0]` has no member "inputPerMillon": did you mean `inputPerMillion`?',
      "4 `tiers[1].abovePromptTokens` must be a number (above 0), not -5",
      "4 `tiers[2].outputPerMillion` must be a number (at least 0), not -1",
      "4 `tiers[3]` must be an object, not null",
      "4 two `tiers` are for prompts above 10 tokens"
    ]);
    expect(priceFileProblems({kind: "prices", prices: [row({inputPerMillion: 1})]})).toEqual([]);
  });
});

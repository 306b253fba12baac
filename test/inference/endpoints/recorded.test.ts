import {existsSync} from "node:fs";
import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join, resolve} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {realEffects} from "../../../src/inference/endpoints/effects.js";
import {recorded} from "../../../src/inference/endpoints/recorded.js";
import type {RecordedOptions} from "../../../src/inference/endpoints/recordSource.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recorded-"));
});
afterAll(() => rm(folder, {recursive: true, force: true}));

let files = 0;
async function fileOf(content: string, extension: string): Promise<string> {
  const path = join(folder, `${files++}.${extension}`);
  await writeFile(path, content);
  return path;
}

const request = {model: "m", messages: [{role: "user" as const, content: "any"}]};
const replay = async (options: Omit<RecordedOptions, "name">, rowId: string, repeat?: number) => {
  const endpoint = recorded({name: "rec", ...options});
  try {
    return (await endpoint.complete(request, {rowId, repeat})).text;
  } finally {
    await endpoint.close!();
  }
};

describe("recorded", () => {
  it("replays JSONL, JSON and CSV files and rows alike", async () => {
    const outputs: [string, string][] = [
      ["a", "first"],
      ["b", 'two "quoted", lines\nand – umlauts äöü'],
      ["c", ""]
    ];
    const rows = outputs.map(([id, output]) => ({id, output}));
    const csv = [
      "id,output",
      ...outputs.map(([id, output]) => `${id},"${output.replaceAll('"', '""')}"`)
    ].join("\r\n");
    const sources = [
      {rows},
      {file: await fileOf(JSON.stringify(rows), "json")},
      {file: await fileOf(rows.map((row) => JSON.stringify(row)).join("\n"), "jsonl")},
      {
        file: await fileOf(
          "\ufeff" + rows.map((row) => JSON.stringify(row)).join("\r\n\r\n") + "\n",
          "ndjson"
        )
      },
      {file: await fileOf(csv, "csv")},
      {file: await fileOf("\ufeff" + csv.replaceAll("\r\n", "\n") + "\n", "csv")}
    ];
    for (const source of sources)
      for (const [id, output] of outputs) expect(await replay(source, id)).toBe(output);
  });

  it(
    "reads files larger than a block: every one of 20,000 outputs comes back",
    {tags: ["long"]},
    async () => {
      const rows = Array.from({length: 20_000}, (_, i) => ({id: i, output: `${"é".repeat(i % 90)} ${i}`}));
      for (const extension of ["jsonl", "csv"]) {
        const content =
          extension === "csv"
            ? ["id,output", ...rows.map(({id, output}) => `${id},"${output}\n"`)].join("\n")
            : rows.map((row) => JSON.stringify(row)).join("\n");
        const endpoint = recorded({name: "rec", file: await fileOf(content, extension)});
        for (const {id, output} of rows) {
          const {text} = await endpoint.complete(request, {rowId: String(id)});
          if (text.trimEnd() !== output) expect(text.trimEnd()).toBe(output);
        }
        expect(await endpoint.preflight!("m", {})).toMatchObject([
          {status: "ok", message: "rec holds 20000 recorded outputs."}
        ]);
        await endpoint.close!();
      }
    }
  );

  it.each(["jsonl", "json"])("keeps every digit of ids beyond 2^53: %s", async (extension) => {
    const records = ["2", "3"].map((end) => `{"id": 900719925474099${end}, "output": "ends in ${end}"}`);
    const text = extension === "json" ? `[${records.join(",")}]` : records.join("\n");
    const endpoint = recorded({name: "rec", file: await fileOf(text, extension)});
    const said = (rowId: string) => endpoint.complete({model: "m", messages: []}, {rowId});
    expect((await said("9007199254740992")).text).toBe("ends in 2");
    expect((await said("9007199254740993")).text).toBe("ends in 3");
  });

  it("looks up repeats by order, by field, and in lists", async () => {
    const inOrder = [
      {id: "a", output: "x"},
      {id: "b", output: "y"},
      {id: "a", output: "z"}
    ];
    expect(await replay({rows: inOrder}, "a", 1)).toBe("z");
    const byField = [
      {id: "a", output: "later", run: 1},
      {id: "a", output: "sooner", run: 0}
    ];
    expect(await replay({rows: byField, repeat: "run"}, "a", 0)).toBe("sooner");
    expect(await replay({rows: [{id: "a", output: ["x", "y"]}]}, "a", 1)).toBe("y");
  });

  it("takes functions of the record and its position for id and output", async () => {
    const rows = [{solutions: {big: {text: "42"}}}];
    const options: Omit<RecordedOptions, "name"> = {
      rows,
      id: (_record, position) => `row-${position}`,
      output: (record) => (record["solutions"] as {big: {text: string}}).big.text
    };
    expect(await replay(options, "row-0")).toBe("42");
  });

  it("a row, repeat or output that is not there is a missing record, not an empty answer", async () => {
    const rows = [
      {id: "a", output: "x"},
      {id: "b", output: null}
    ];
    for (const [id, repeat] of [
      ["z", 0],
      ["a", 1],
      ["b", 0]
    ] as const)
      await expect(replay({rows}, id, repeat)).rejects.toMatchObject({
        name: "EndpointError",
        kind: "missing-record"
      });
    await expect(replay({rows}, "a", 1)).rejects.toThrow("rec: no record for row a, repeat 1.");
  });

  it("keeps the outputs of several models apart", async () => {
    const rows = [
      {id: "a", who: "small", output: "1"},
      {id: "a", who: "big", output: "2"}
    ];
    const endpoint = recorded({name: "rec", rows, model: "who"});
    const text = async (model: string) => (await endpoint.complete({...request, model}, {rowId: "a"})).text;
    expect(await text("big")).toBe("2");
    expect(await text("small")).toBe("1");
    await expect(text("bi")).rejects.toMatchObject({kind: "missing-record"});
    expect(await endpoint.preflight!("huge", {})).toMatchObject([
      {status: "ok"},
      {check: "model", status: "error"}
    ]);
  });

  it("keeps a judge's words about several answers to a row apart, white space around an answer aside", async () => {
    const rows = [
      {id: "a", answer: "yes\n", output: ["fine", "good"]},
      {id: "a", answer: "no", output: ["bad", "worse"]}
    ];
    const endpoint = recorded({name: "rec", rows, judged: "answer"});
    const text = async (judged: string, repeat = 0) =>
      (await endpoint.complete(request, {rowId: "a", judged, repeat})).text;
    expect([await text("yes"), await text("yes", 1), await text(" no", 1)]).toEqual([
      "fine",
      "good",
      "worse"
    ]);
    await expect(text("perhaps")).rejects.toMatchObject({kind: "missing-record"});
    await expect(endpoint.complete(request, {rowId: "a"})).rejects.toMatchObject({kind: "missing-record"});
    // Other recordings do not look at it.
    const plain = recorded({name: "rec", rows: [{id: "a", output: "x"}]});
    expect((await plain.complete(request, {rowId: "a", judged: "yes"})).text).toBe("x");
    const [one] = rows;
    const identity = (judged?: string) =>
      recorded({name: "rec", rows: [one!], judged: judged || undefined}).identity("m");
    expect(await identity("answer")).not.toEqual(await identity());
  });

  it("gives usage, cost, latency and finish reason as recorded, and leaves out what was not", async () => {
    const price = {inputUsdPerMillion: 1, outputUsdPerMillion: 2, asOf: "2026-01-01", source: "test"};
    const rows = [
      {id: "a", output: "x", tokens: [100, 50], ms: 812, stop: "length"},
      {id: "b", output: "y"}
    ];
    const endpoint = recorded({
      name: "rec",
      rows,
      price,
      latencyMs: "ms",
      finishReason: "stop",
      usage: ({tokens}) => {
        if (!Array.isArray(tokens)) return undefined;
        const [promptTokens, completionTokens] = tokens as [number, number];
        return {promptTokens, completionTokens};
      }
    });
    expect(await endpoint.complete(request, {rowId: "a"})).toEqual({
      text: "x",
      finishReason: "length",
      usage: {promptTokens: 100, completionTokens: 50},
      costUsd: 0.0002,
      latencyMs: 812,
      attempts: 1
    });
    const bare = await endpoint.complete(request, {rowId: "b"});
    expect(bare).not.toHaveProperty("usage");
    expect(bare).not.toHaveProperty("costUsd");
  });

  it("is identified by the file's bytes and by how it is read", async () => {
    const one = await fileOf('{"id":"a","output":"x","alt":"q"}\n', "jsonl");
    const same = await fileOf('{"id":"a","output":"x","alt":"q"}\n', "jsonl");
    const other = await fileOf('{"id":"a","output":"y","alt":"q"}\n', "jsonl");
    const identity = (file: string, output?: string) => recorded({name: "rec", file, output}).identity("m");
    expect(await identity(one)).toEqual(await identity(same));
    expect((await identity(one))["recording"]).toMatch(/^[0-9a-f]{64}$/);
    expect(await identity(one)).not.toEqual(await identity(other));
    expect(await identity(one)).not.toEqual(await identity(one, "alt"));
  });

  it("is identified by what its functions name and close over, by usage and by latency", async () => {
    const rows = [{id: "a", output: "x", tokens: 3, ms: 5}];
    const identity = (more: Partial<RecordedOptions>) => recorded({name: "rec", rows, ...more}).identity("m");
    const ending = (end: string): Partial<RecordedOptions> => ({
      output: ({output}) => `${output as string}${end}`
    });
    expect(await identity(ending("."))).toEqual(await identity(ending(".")));
    expect(await identity(ending("."))).not.toEqual(await identity(ending("!")));
    const counting = (factor: number): Partial<RecordedOptions> => ({
      usage: ({tokens}) => ({promptTokens: factor * (tokens as number), completionTokens: 1})
    });
    const each = [
      {},
      counting(1),
      counting(2),
      {latencyMs: "ms"},
      {latencyMs: "tokens"},
      {finishReason: "ms"}
    ];
    const known = await Promise.all(each.map(identity));
    expect(new Set(known.map(({reading}) => reading)).size).toBe(each.length);
    expect(await identity(counting(2))).toEqual(known[2]);
  });

  it("keeps its identity while its functions note what they read", async () => {
    const noting = () => {
      let last = "";
      return recorded({
        name: "rec",
        rows: [{id: "a", output: "x"}],
        output: ({output}) => (last = `${last}${output as string}`)
      });
    };
    const read = noting();
    await read.complete(request, {rowId: "a"});
    expect(await read.identity("m")).toEqual(await noting().identity("m"));
  });

  it("takes an empty cell for a latency and a repeat that nobody stated", async () => {
    const csv = "id,output,run,ms\na,x,,\na,y,, \nb,z,0,812\nb,w,1.0,0\n";
    const file = await fileOf(csv, "csv");
    let now = 0;
    const effects = {...realEffects, now: () => (now += 7)};
    const endpoint = recorded({
      name: "rec",
      file,
      repeat: "run",
      latencyMs: ({ms}) => ms as number | undefined,
      effects
    });
    const said = async (rowId: string, repeat: number) => {
      const {text, latencyMs} = await endpoint.complete(request, {rowId, repeat});
      return [text, latencyMs];
    };
    expect([await said("a", 0), await said("a", 1), await said("b", 0), await said("b", 1)]).toEqual([
      ["x", 7],
      ["y", 7],
      ["z", 812],
      ["w", 0]
    ]);
    await endpoint.close!();
    await expect(replay({rows: [{id: "a", output: "x", run: "first"}], repeat: "run"}, "a")).rejects.toThrow(
      'rec: record 1 has the repeat "first". Repeats are whole numbers from 0 on.'
    );
  });

  it("names the file and line of what it cannot read", async () => {
    const problem = async (content: string, extension: string, options: Partial<RecordedOptions> = {}) => {
      const endpoint = recorded({name: "rec", file: await fileOf(content, extension), ...options});
      const [finding] = await endpoint.preflight!("m", {});
      expect(finding!.status).toBe("error");
      return finding!.message;
    };
    expect(await problem('{"id":1,"output":"x"}\n{oops', "jsonl")).toMatch(
      /\.jsonl line 2 is not valid JSON/
    );
    expect(await problem('{"id":1}\n7', "jsonl")).toMatch(/line 2 is no object/);
    expect(await problem('id,output\n1,"a\nb"\n2', "csv")).toMatch(/line 4 has 1 fields, the header has 2/);
    expect(await problem('id,output\n1,"a', "csv")).toMatch(/line 2 opens a quote that is never closed/);
    expect(await problem('{"id":1}', "json")).toMatch(/must hold a JSON list/);
    expect(await problem("[", "json")).toMatch(/not valid JSON/);
    expect(await problem("", "jsonl")).toMatch(/holds no record/);
    expect(await problem("x", "txt")).toMatch(/found ".txt"/);
    expect(await problem('{"key":1,"output":"x"}', "jsonl")).toMatch(/record 1 has no field "id"/);
    expect(await problem('{"id":1,"output":"x"}\n{"id":1,"output":"y"}', "jsonl", {repeat: () => 0})).toMatch(
      /record 2 repeats row 1, repeat 0/
    );
  });

  it("says that a file is not there in words", async () => {
    for (const file of [join(folder, "gone.jsonl"), folder]) {
      const [finding] = await recorded({name: "rec", file}).preflight!("m", {});
      expect(finding).toMatchObject({
        status: "error",
        message: `rec: There is no recording ${file}. Check the path in \`file\`.`
      });
    }
  });

  it("needs exactly one of file and rows", () => {
    expect(() => recorded({name: "rec"})).toThrow(/either file or rows/);
    expect(() => recorded({name: "rec", file: "x.jsonl", rows: []})).toThrow(/either file or rows/);
  });
});

const shared = resolve(process.env["ASSAY_SHARED"] ?? "../shared", "data/gsm8k-recorded-solutions");
const published = join(shared, "example_model_solutions.jsonl");

describe("recorded published outputs", () => {
  it.skipIf(!existsSync(published))(
    `replays all 1319 solutions of a published recording${existsSync(published) ? "" : " (skipped: shared data not found)"}`,
    async () => {
      const endpoint = recorded({
        name: "published",
        file: published,
        id: (_record, position) => position,
        output: (record) => JSON.stringify(Object.keys(record))
      });
      expect(await endpoint.preflight!("any", {})).toMatchObject([
        {message: "published holds 1319 recorded outputs."}
      ]);
      expect((await endpoint.complete(request, {rowId: "1318"})).text).toContain("question");
      await expect(endpoint.complete(request, {rowId: "1319"})).rejects.toMatchObject({
        kind: "missing-record"
      });
      await endpoint.close!();
    }
  );
});

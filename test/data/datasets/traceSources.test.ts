// @module-tag long
import {spawn} from "node:child_process";
import {readdirSync, readFileSync, statSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {createServer, type IncomingMessage, type Server} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {afterAll, afterEach, beforeEach, describe, expect, it, vi} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../../src/data/datasets/index.js";
import {pullRedaction} from "../../../src/data/privacy/index.js";
import {openStore, readVersion, type Workspace} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {inFull} from "../../support/full.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

type Item = Record<string, unknown>;

interface Served {
  url: string;
  asked: {path: string; query: URLSearchParams; headers: IncomingMessage["headers"]}[];
  /** Statuses of the next answers, before the server answers again. */
  failing: number[];
}

const servers: Server[] = [];
afterAll(() => servers.forEach((server) => (server.closeAllConnections(), server.close())));

/** A loopback server of pages; undefined is no such path. */
async function serving(
  answer: (path: string, query: URLSearchParams) => object | undefined
): Promise<Served> {
  const served: Served = {url: "", asked: [], failing: []};
  const server = createServer(({url = "", headers}, response) => {
    const {pathname, searchParams} = new URL(url, "http://here");
    served.asked.push({path: pathname, query: searchParams, headers});
    const status = served.failing.shift();
    if (status !== undefined)
      return response.writeHead(status, {"retry-after-ms": "1"}).end("secret words of the server");
    const body = answer(pathname, searchParams);
    response
      .writeHead(body ? 200 : 404, {"content-type": "application/json"})
      .end(JSON.stringify(body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return served;
}

const between = (time: unknown, from: string | null, to: string | null) =>
  (from === null || String(time) >= from) && (to === null || String(time) < to);

/** Langfuse's reading API of version 4, two rows a page, each page beginning with the last row of the one before. */
async function langfuseServer(state: {
  observations: Item[];
  scores: Item[];
  legacy?: boolean;
}): Promise<Served> {
  const paged = (rows: Item[], query: URLSearchParams) => {
    const at = Number(query.get("cursor") ?? 0);
    const data = rows.slice(Math.max(0, at - 1), at + 2);
    return {data, meta: at + 2 < rows.length ? {cursor: String(at + 2)} : {}};
  };
  const numbered = (rows: Item[], query: URLSearchParams) => {
    const page = Number(query.get("page"));
    return {data: rows.slice(2 * page - 2, 2 * page), meta: {page, totalPages: Math.ceil(rows.length / 2)}};
  };
  return serving((path, query) => {
    const trace = query.get("traceId");
    const observations = state.observations.filter(
      (one) =>
        (trace === null || one.traceId === trace) &&
        between(one.startTime, query.get("fromStartTime"), query.get("toStartTime"))
    );
    const scores = state.scores.filter(
      (one) =>
        (trace === null || (one.subject as Item).traceId === trace || (one.subject as Item).id === trace) &&
        between(one.timestamp, query.get("fromTimestamp"), query.get("toTimestamp"))
    );
    if (state.legacy) {
      if (path === "/api/public/observations") return numbered(observations, query);
      return path === "/api/public/v2/scores" ? numbered(scores, query) : undefined;
    }
    if (path === "/api/public/v2/observations") return paged(observations, query);
    return path === "/api/public/v3/scores" ? paged(scores, query) : undefined;
  });
}

const day = (n: number, hour = 0) => new Date(Date.UTC(2026, 9, n, hour)).toISOString();

const generation = (id: string, traceId: string, startTime: string, more: Item = {}): Item => ({
  id,
  traceId,
  type: "GENERATION",
  name: "answer",
  startTime,
  endTime: new Date(Date.parse(startTime) + 1500).toISOString(),
  providedModelName: "small-1",
  sessionId: "s1",
  traceName: "support",
  input: JSON.stringify([
    {role: "system", content: "Be brief."},
    {role: "user", content: `Question ${id}`}
  ]),
  output: JSON.stringify({role: "assistant", content: `Answer ${id}`}),
  usageDetails: {input: 12, output: 3},
  totalCost: 0.002,
  ...more
});

const score = (name: string, value: unknown, subject: Item, timestamp: string): Item => ({
  id: `${name}-${timestamp}`,
  name,
  value,
  subject,
  timestamp
});

const growing = (source: DatasetDefinition["source"], more: object = {}) =>
  defineDataset({name: "calls", source, append: true, id: "id", group: "trace", ...more});

async function rowsOf(workspace: Workspace, columns = "*"): Promise<Item[]> {
  const store = await openStore(workspace);
  try {
    return await store.rows(`select ${columns} from calls order by row_id`);
  } finally {
    store.close();
  }
}

/** All bytes of all files of a folder. */
const writtenBelow = (folder: string): string =>
  readdirSync(folder, {recursive: true, encoding: "utf8"})
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"))
    .join("\n");

beforeEach(() => {
  vi.stubEnv("LANGFUSE_PUBLIC_KEY", "pk-lf-1");
  vi.stubEnv("LANGFUSE_SECRET_KEY", "sk-lf-secret");
});
afterEach(() => vi.unstubAllEnvs());

describe("Langfuse", () => {
  it("gives each generation once, page after page, whatever order and however often they come", async () => {
    const observations = [1, 2, 3, 4, 5].map((n) => generation(`o${n}`, `t${n}`, day(n)));
    const server = await langfuseServer({
      observations,
      scores: [
        score("helpful", 1, {kind: "observation", id: "o1", traceId: "t1"}, day(1, 1)),
        score("tone", "warm", {kind: "trace", id: "t1"}, day(1, 2))
      ]
    });
    const workspace = await temporaryWorkspace();
    const {version} = await pull(workspace, growing({kind: "langfuse", host: server.url}));
    expect(version.rows).toBe(5);
    expect((await rowsOf(workspace))[0]).toMatchObject({
      row_id: "t1/o1",
      trace: "t1",
      trace_name: "support",
      time: day(1),
      model: "small-1",
      conversation: "s1",
      system: "Be brief.",
      input: "Question o1",
      output: "Answer o1",
      prompt_tokens: 12,
      completion_tokens: 3,
      cost_usd: 0.002,
      latency_ms: 1500,
      scores: '{"helpful":1,"tone":"warm"}'
    });
    expect(version.source).toEqual({kind: "langfuse", host: server.url, project: "pk-lf-1", cursor: day(5)});
    const [asked] = server.asked;
    expect(asked!.headers.authorization).toBe(`Basic ${btoa("pk-lf-1:sk-lf-secret")}`);
    // The other way round, and by the endpoints of version 3.
    const other = await temporaryWorkspace();
    const legacy = await langfuseServer({observations: observations.toReversed(), scores: [], legacy: true});
    expect((await pull(other, growing({kind: "langfuse", host: legacy.url}))).version.rows).toBe(5);
  });

  it("goes on from the newest row it kept, and takes late rows and late scores to their traces", async () => {
    const observations = [generation("o1", "t1", day(1)), generation("o9", "t9", day(9), {output: null})];
    const scores: Item[] = [];
    const server = await langfuseServer({observations, scores});
    const workspace = await temporaryWorkspace();
    const definition = growing({kind: "langfuse", host: server.url, overlapHours: 48});
    await pull(workspace, definition);
    server.asked.length = 0;
    observations[1] = generation("o9", "t9", day(9));
    observations.push(generation("o10", "t10", day(10)), generation("late", "t9", day(8)));
    scores.push(score("thumbs", 0, {kind: "observation", id: "o1", traceId: "t1"}, day(10)));
    const {version} = await pull(workspace, definition);
    expect(version.changes).toEqual({added: 2, removed: 0, changed: 2});
    expect(server.asked.map(({query}) => query.get("fromStartTime")).find((from) => from !== null)).toBe(
      day(7)
    );
    expect(await rowsOf(workspace, "row_id, output, scores")).toEqual([
      {row_id: "t1/o1", output: "Answer o1", scores: '{"thumbs":0}'},
      {row_id: "t10/o10", output: "Answer o10", scores: null},
      {row_id: "t9/late", output: "Answer late", scores: null},
      {row_id: "t9/o9", output: "Answer o9", scores: null}
    ]);
    expect((await pull(workspace, definition)).changed).toBe(false);
  });

  it("asks a busy or failing server again, and a pull that fails moves no cursor", async () => {
    const observations = [1, 2, 3, 4].map((n) => generation(`o${n}`, `t${n}`, day(n)));
    const server = await langfuseServer({observations, scores: []});
    const workspace = await temporaryWorkspace();
    const definition = growing({kind: "langfuse", host: server.url});
    server.failing.push(429, 500);
    const first = await pull(workspace, definition);
    observations.push(generation("o20", "t20", day(20)));
    server.failing.push(...Array<number>(7).fill(503));
    const failed = pull(workspace, definition);
    await expect(failed).rejects.toThrow(/failed 7 times \(it answered 503\)\. Nothing was changed/);
    await expect(failed).rejects.not.toThrow(/secret words|sk-lf-secret/);
    expect(await readVersion(workspace, {dataset: "calls", id: first.version.id})).toEqual(first.version);
    server.failing.length = 0;
    expect((await pull(workspace, definition)).version.rows).toBe(5);
    server.failing.push(401);
    await expect(pull(workspace, definition)).rejects.toThrow(/Set LANGFUSE_PUBLIC_KEY/);
    vi.stubEnv("LANGFUSE_SECRET_KEY", "");
    await expect(pull(workspace, definition)).rejects.toThrow(/needs a key/);
    await expect(
      pull(workspace, defineDataset({name: "calls", source: {kind: "langfuse"}, append: true}))
    ).rejects.toThrow(/needs `id: "id"`/);
  });

  it("writes nothing personal down before it is redacted, and keeps the ledger of what it found", async () => {
    const input = "My mail is anna.schmidt@example.com, call me.";
    const server = await langfuseServer({
      observations: [generation("o1", "t1", day(1), {input}), generation("o2", "t2", day(2))],
      scores: []
    });
    const workspace = await temporaryWorkspace();
    const definition = growing(
      {kind: "langfuse", host: server.url},
      {privacy: {actions: {email: "mask", default: "replace"}}}
    );
    const seen: string[] = [];
    const redaction = pullRedaction(definition);
    const redactor = redaction.redactor!;
    const watching: typeof redactor = {
      ...redactor,
      async *redact(...words) {
        seen.push(writtenBelow(workspace.dir));
        yield* redactor.redact(...words);
        seen.push(writtenBelow(workspace.dir));
      },
      async writeLedger(...words) {
        seen.push(writtenBelow(workspace.dir));
        await redactor.writeLedger(...words);
      }
    };
    await pull(workspace, definition, {...redaction, redactor: watching});
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.join()).not.toContain("anna.schmidt");
    const [row] = await rowsOf(workspace, "input");
    expect(String(row!.input)).not.toContain("anna.schmidt");
    const store = await openStore(workspace);
    const found = await store.rows(
      `select "column", type from '${workspace.dir}/datasets/calls/*/ledger.parquet' where "column" = 'input'`
    );
    store.close();
    expect(found).toEqual([{column: "input", type: "EMAIL_ADDRESS"}]);
  });
});

const rounds = inFull(20, 2);

describe(`pulls killed with SIGKILL (${rounds} rounds)`, {tags: ["counted"]}, () => {
  it("lose no row and have none twice: the version at the end is that of undisturbed pulls", async () => {
    const script = await childScript(new URL("../../fixtures/killedReceiver.ts", import.meta.url));
    const observations: Item[] = [];
    const scores: Item[] = [];
    const server = await langfuseServer({observations, scores});
    const [killed, calm] = [await temporaryWorkspace(), await temporaryWorkspace()];
    const definition = defineDataset({
      name: "calls",
      source: {kind: "langfuse", host: server.url},
      append: true,
      id: "id"
    });
    for (let round = 1; round <= rounds; round++) {
      for (const n of [1, 2, 3]) observations.push(generation(`o${round}-${n}`, `t${round}`, day(round)));
      scores.push(score("thumbs", round, {kind: "trace", id: "t1"}, day(round, 3)));
      await pull(calm, definition);
      const child = spawn(process.execPath, [script, killed.project, "pull", server.url], {
        stdio: ["ignore", "pipe", "inherit"]
      });
      child.stdout.once("data", () => setTimeout(() => child.kill("SIGKILL"), (400 * round) / rounds));
      await new Promise((resolve) => child.once("close", resolve));
    }
    const {version} = await pull(killed, definition);
    expect(version.rows).toBe(3 * rounds);
    expect(version.id).toBe((await pull(calm, definition)).version.id);
  });
});

describe("Phoenix", () => {
  const span = (id: string, trace: string, parent: string | null, more: Item = {}): Item => ({
    id: `global-${id}`,
    name: parent === null ? "ask" : "llm",
    context: {trace_id: trace, span_id: id},
    span_kind: parent === null ? "CHAIN" : "LLM",
    parent_id: parent,
    start_time: "2026-10-01T00:00:00+00:00",
    end_time: "2026-10-01T00:00:02+00:00",
    status_code: "OK",
    status_message: "",
    attributes:
      parent === null
        ? {"session.id": "s7"}
        : {
            "llm.model_name": "small-1",
            "llm.provider": "openai",
            "llm.token_count.prompt": 7,
            "llm.token_count.completion": 2,
            "llm.input_messages": [{message: {role: "user", content: `Question ${id}`}}],
            "llm.output_messages.0.message.role": "assistant",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "find",
            "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": "{}"
          },
    ...more
  });

  it("gives calls of models with annotations, and a late first span names its trace", async () => {
    const spans = [span("a1", "t1", "a0"), span("b1", "t2", "b0")];
    const server = await serving((path, query) => {
      if (path.endsWith("/span_annotations")) {
        expect(query.getAll("span_ids").length).toBeGreaterThan(0);
        const data = [{span_id: "a1", name: "quality", result: {score: 0.5, label: "fair"}}];
        return {data, next_cursor: null};
      }
      const at = Number(query.get("cursor") ?? 0);
      return {data: spans.slice(at, at + 1), next_cursor: at + 1 < spans.length ? String(at + 1) : null};
    });
    vi.stubEnv("PHOENIX_COLLECTOR_ENDPOINT", `${server.url}/v1/traces`);
    vi.stubEnv("PHOENIX_API_KEY", "phoenix-key");
    const workspace = await temporaryWorkspace();
    const definition = growing({kind: "phoenix", project: "support desk"});
    await pull(workspace, definition);
    expect(server.asked[0]).toMatchObject({
      path: "/v1/projects/support%20desk/spans",
      headers: {authorization: "Bearer phoenix-key"}
    });
    expect((await rowsOf(workspace))[0]).toMatchObject({
      row_id: "t1/a1",
      trace_name: null,
      input: "Question a1",
      output: null,
      tool_calls: '[{"type":"function","function":{"name":"find","arguments":"{}"}}]',
      provider: "openai",
      latency_ms: 2000,
      scores: '{"quality":0.5}'
    });
    spans.splice(0, 2, span("a0", "t1", null));
    await pull(workspace, definition);
    expect(await rowsOf(workspace, "row_id, trace_name, conversation")).toEqual([
      {row_id: "t1/a1", trace_name: "ask", conversation: "s7"},
      {row_id: "t2/b1", trace_name: null, conversation: null}
    ]);
  });
});

describe("LangSmith", () => {
  const run = (id: string, more: Item = {}) => ({
    id,
    trace_id: "t1",
    parent_run_id: "root",
    run_type: "llm",
    name: "ChatOpenAI",
    start_time: "2026-10-01 00:00:00.123456",
    end_time: "2026-10-01T00:00:01.123456",
    extra: {metadata: {ls_model_name: "small-1", ls_provider: "openai"}},
    inputs: {
      messages: [
        [{id: ["langchain", "schema", "messages", "HumanMessage"], kwargs: {content: `Question ${id}`}}]
      ]
    },
    outputs: {
      generations: [[{text: "Answer", message: {id: ["AIMessage"], kwargs: {content: `Answer ${id}`}}}]]
    },
    prompt_tokens: 4,
    completion_tokens: 2,
    total_cost: "0.01",
    feedback_stats: {correct: {n: 2, avg: 0.5}},
    ...more
  });

  it("takes runs of JSONL and Parquet, the finished state of one that is in several exports", async () => {
    const workspace = await temporaryWorkspace();
    const lines = (name: string, runs: object[]) =>
      writeFile(join(workspace.project, name), runs.map((one) => `${JSON.stringify(one)}\n`).join(""));
    await lines("1.jsonl", [
      run("a"),
      run("b"),
      {...run("root"), run_type: "chain", parent_run_id: null, name: "desk"}
    ]);
    await lines("0.jsonl", [run("a", {outputs: null, end_time: null})]);
    await lines("texts.jsonl", [
      {
        ...run("c"),
        inputs: JSON.stringify({messages: [{role: "user", content: "Question c"}]}),
        outputs: '{"choices":[{"message":{"role":"assistant","content":"Answer c"}}]}',
        extra: '{"invocation_params":{"model":"small-2"}}'
      }
    ]);
    const store = await openStore(workspace);
    await store.run(
      `copy (from read_json('${workspace.project}/texts.jsonl')) to '${workspace.project}/2.parquet'`
    );
    store.close();
    const definition = growing({kind: "langsmith", files: ["1.jsonl", "0.jsonl", "2.parquet"]});
    await pull(workspace, definition);
    expect(
      await rowsOf(workspace, "row_id, trace_name, time, model, input, output, latency_ms, cost_usd, scores")
    ).toEqual(
      ["a", "b", "c"].map((id) => ({
        row_id: id,
        trace_name: "desk",
        time: "2026-10-01T00:00:00.123Z",
        model: id === "c" ? "small-2" : "small-1",
        input: `Question ${id}`,
        output: `Answer ${id}`,
        latency_ms: 1000,
        cost_usd: 0.01,
        scores: '{"correct":0.5}'
      }))
    );
    expect((await pull(workspace, definition)).changed).toBe(false);
  });
});

import {spawnSync} from "node:child_process";
import {mkdirSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished} from "vitest";
import {dryRunText} from "../../../src/cli/evals/run/dryRunText.js";
import {callsOf} from "../../../src/evals/decisions/index.js";
import {recorded} from "../../../src/inference/endpoints/index.js";
import {candidate, type EvalDefinition, runEval, type RunInputs} from "../../../src/evals/runner/index.js";
import {classification, exactMatch, includes, numeric, type Row} from "../../../src/evals/scorers/index.js";
import {
  type Behaviour,
  type ModelServer,
  type ReceivedRequest,
  startModelServer
} from "../../support/modelServer.js";
import {runDir} from "../../support/folders.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {ensureSplit} from "../../../src/data/splits/index.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

describe("runEval", () => {
  let model: ModelServer;
  let project: Project;
  let rows: number;
  let behave: ((request: ReceivedRequest, seen: number) => Behaviour | undefined) | undefined;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["test-model", "test-model-2"],
      behave: (request, seen) => behave?.(request, seen)
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    behave = undefined;
    model.requests.length = 0;
    model.byPrompt.clear();
    project = await wordsProject(await temporaryProject(), 60);
    rows = project.split.counts["test"]!;
    return () => project.store.close();
  });

  const run = (changes: Partial<EvalDefinition> = {}, inputs: Partial<RunInputs> = {}) =>
    runEval(wordsEval(server(model.url), changes), {
      ...project,
      evalName: "words",
      ...inputs,
      options: {preflight: false, ...inputs.options}
    });
  const figures = (id: string) =>
    project.store.rows<{candidate: string; n: number; mean: number}>(
      "select candidate, count(*)::int as n, avg(value)::double as mean from scores where run = $id group by all order by all",
      {id}
    );
  const asked = () => model.requests.map(({prompt}) => prompt);

  it("asks every candidate about every row of the part, scores the answers and seals them", async () => {
    const {manifest, calls} = await run();
    expect(calls).toBe(2 * rows);
    expect(manifest).toMatchObject({
      status: "complete",
      counts: {planned: 2 * rows, completed: 2 * rows, failed: 0, reused: 0, scored: 2 * rows, unscored: 0},
      split: {part: "test"},
      primaryScorer: "exact",
      command: "assay run words"
    });
    const answers = await project.store.rows<{right: boolean; wrong: number}>(
      `select bool_and((s.value = 1) = (split_part(w.text, ' ', 4) = w.answer)) as right, count(*) filter (s.value = 0)::int as wrong
       from scores s join words w using (row_id)`
    );
    expect(answers[0]).toMatchObject({right: true});
    expect(answers[0]!.wrong).toBeGreaterThan(0);
    const test = await project.store.rows("select row_id from parts where part = 'test' order by row_id");
    expect(await project.store.rows("select row_id from items order by row_id")).toEqual(test);
  });

  it("refuses a plan that no scorer can score, before the first call, and says why", async () => {
    await expect(run({expected: () => ({label: "x"}), scorers: {label: classification()}})).rejects.toThrow(
      /the scorer "label" can score none of the \d+ rows: the row's expected value is no label: it is empty, or neither text nor a number \(row \S+: its type is object\)\. Nothing was called/
    );
    await expect(
      run({expected: () => 3, scorers: {label: classification({labels: ["0", "1"]})}})
    ).rejects.toThrow(/expected label "3" is none of 0, 1/);
    await expect(run({expected: () => null, scorers: {exact: exactMatch}})).rejects.toThrow(/there is none/);
    expect(model.requests).toEqual([]);
  });

  it("takes an expected number for its text, whichever scorer compares them", async () => {
    behave = () => ({text: " 2 "});
    const {manifest} = await run({
      expected: () => 2,
      scorers: {exact: exactMatch, label: classification({labels: ["1", "2"]}), number: numeric()}
    });
    expect(await figures(manifest!.id)).toEqual(expect.arrayContaining([expect.objectContaining({mean: 1})]));
    const least = await project.store.row<{least: number; n: number}>(
      `select min(value)::double as least, count(value)::int as n from scores where run = '${manifest!.id}'`
    );
    expect(least).toEqual({least: 1, n: 6 * rows});
  });

  it("says of how many rows a scorer can use no expected value, and runs", async () => {
    const messages: string[] = [];
    const {manifest} = await run(
      {expected: (row) => (Number(row.id.replace(/\D/g, "")) % 2 ? "x" : null)},
      {effects: {onMessage: (message) => messages.push(message)}}
    );
    expect(manifest!.counts.unscored).toBeGreaterThan(0);
    expect(messages.join("\n")).toMatch(/the scorer "exact" cannot score \d+ of \d+ rows: .*there is none/);
  });

  it("stops when a scorer has scored none of the first answers, with its reason", async () => {
    rows = 60;
    const {manifest, calls} = await run(
      {
        scorers: {own: () => ({failed: "cannot read that"})},
        split: {strategy: "random", test: 0.9, validation: 0}
      },
      {options: {preflight: false, concurrency: 1}}
    );
    expect(manifest).toMatchObject({status: "partial", counts: {scored: 0}});
    expect(manifest!.stopped).toBe('the scorer "own" scored none of the first 20 answers: cannot read that');
    expect(calls).toBeGreaterThanOrEqual(20);
    expect(calls).toBeLessThan(30);
  });

  it("keeps what a scorer or a server said out of a final run's record, since it may quote a row", async () => {
    const spec = {strategy: "random", test: 0.1, validation: 0, heldOut: 0.8} as const;
    project = {...project, split: await ensureSplit(project.store, project.version, spec)};
    const final = async (scorers: EvalDefinition["scorers"]) => {
      const options = {preflight: false, concurrency: 1, final: true, why: "a test", giveUpAfterSeconds: 0.2};
      return (await run({scorers, split: spec, part: "held-out"}, {options})).manifest!;
    };
    const ownFails: EvalDefinition["scorers"] = {own: ({output}) => ({failed: `cannot read ${output}`})};
    const {id, stopped} = await final(ownFails);
    expect(stopped).toBe('the scorer "own" scored none of the first 20 answers: its reasons are held out');
    project.store.refresh();
    const reasons = await project.store.rows("select distinct reason, details from scores where run = $id", {
      id
    });
    expect(reasons).toEqual([{reason: "held out", details: null}]);
    behave = () => ({status: 500});
    expect((await final({other: () => 1})).stopped).toMatch(
      /only failed, and did not recover within 0.2 s of being paused: its reasons are held out$/
    );
  });

  it("gives back the sealed run when nothing is missing, without a call and without touching a file", async () => {
    const {manifest} = await run();
    model.requests.length = 0;
    expect(await run()).toEqual({manifest, unchanged: true, calls: 0});
    expect(model.requests).toEqual([]);
  });

  it("takes completions another eval has paid for, with their first latency, and scores them anew", async () => {
    const {manifest: first} = await run();
    model.requests.length = 0;
    const {manifest, calls} = await run({scorers: {contains: includes()}}, {evalName: "other"});
    expect(calls).toBe(0);
    expect(model.requests).toEqual([]);
    expect(manifest!.counts).toMatchObject({completed: 2 * rows, reused: 2 * rows, scored: 2 * rows});
    expect(
      await project.store.rows(
        `select count(*)::int as same from completions a join completions b using (key, latency_ms, finished_at)
         where a.run = $first and b.run = $other and b.reused and not a.reused`,
        {first: first!.id, other: manifest!.id}
      )
    ).toEqual([{same: 2 * rows}]);
  });

  it("takes over scores only while scorer, row and expectation are the same", async () => {
    await run();
    let asks = 0;
    const counted = Object.assign(
      (input: {output: string; expected: unknown}) => (asks++, input.output === input.expected),
      {
        settings: {why: "counted"}
      }
    );
    const {manifest: first} = await run({scorers: {counted}}, {evalName: "counted"});
    expect(asks).toBe(2 * rows);
    const same = await run({scorers: {counted}, margin: 0.5, slices: []}, {evalName: "same"});
    expect(asks).toBe(2 * rows);
    expect(await figures(same.manifest!.id)).toEqual(await figures(first!.id));
    const turned = await run({scorers: {counted}, expected: () => "nothing"}, {evalName: "turned"});
    expect(asks).toBe(4 * rows);
    expect((await figures(turned.manifest!.id)).map(({mean}) => mean)).toEqual([0, 0]);
  });

  it("keeps failed calls with their reason, and asks only them again with retryFailed", async () => {
    behave = ({prompt, body}) =>
      body.model === "test-model-2" && / is red$/.test(prompt)
        ? {status: 400, body: {error: {message: "no"}}}
        : undefined;
    const {manifest} = await run();
    const {failed} = manifest!.counts;
    expect(failed).toBeGreaterThan(0);
    expect(manifest!.status).toBe("complete");
    expect(manifest!.counts).toMatchObject({completed: 2 * rows - failed, scored: 2 * rows - failed});
    const reasons = await project.store.rows<{reason_kind: string}>(
      "select distinct reason_kind, output from completions where status = 'failed'"
    );
    expect(reasons).toEqual([{reason_kind: "bad-request", output: null}]);
    expect((await run()).unchanged).toBe(true);
    behave = undefined;
    model.requests.length = 0;
    const retried = await run({}, {options: {retryFailed: true}});
    expect(model.requests.length).toBe(failed);
    expect(retried.manifest).toMatchObject({
      id: manifest!.id,
      counts: {completed: 2 * rows, failed: 0, reused: 0, scored: 2 * rows}
    });
    expect(retried.manifest!.startedAt).toBe(manifest!.startedAt);
  });

  it("counts in a dry run no calls of an interrupted run that failed, unless they are to be asked again", async () => {
    const drain = new AbortController();
    behave = () => {
      if (model.requests.length === 8) drain.abort();
      return model.requests.length % 2 ? {status: 400, body: {error: {message: "no"}}} : undefined;
    };
    const {manifest} = await run({}, {signal: drain.signal, options: {concurrency: 1}});
    const {completed, failed} = manifest!.counts;
    expect(failed).toBeGreaterThan(0);
    expect(manifest!.status).toBe("partial");
    const left = 2 * rows - completed - failed;
    expect((await run({}, {options: {dryRun: true}})).dryRun).toMatchObject({calls: left});
    const retried = await run({}, {options: {dryRun: true, retryFailed: true}});
    expect(retried.dryRun).toMatchObject({calls: left + failed});
    expect((await run()).calls).toBe(left);
  });

  it("takes the first rows of one seeded order for a limit, and goes on from them without it", async () => {
    const {manifest} = await run({}, {options: {limit: 7}});
    expect(manifest).toMatchObject({status: "partial", limit: 7, counts: {planned: 14, completed: 14}});
    const few = await project.store.rows("select row_id from items where run = $id order by position", {
      id: manifest!.id
    });
    const {manifest: whole, calls} = await run();
    expect(calls).toBe(2 * rows - 14);
    expect(whole!.counts.reused).toBe(14);
    const all = await project.store.rows("select row_id from items where run = $id order by position", {
      id: whole!.id
    });
    expect(all.slice(0, 7)).toEqual(few);
    expect(all).not.toEqual([...all].sort((a, b) => String(a["row_id"]).localeCompare(String(b["row_id"]))));
  });

  it("forecasts calls, tokens and cost in a dry run without a call or a file", async () => {
    const price = {
      inputUsdPerMillion: 1,
      outputUsdPerMillion: 2,
      cachedInputUsdPerMillion: 0.5,
      asOf: "2026-01-01",
      source: "test"
    };
    const priced = {...server(model.url), price: () => price};
    const candidates = ["test-model", "test-model-2"].map((name) =>
      candidate(name, priced, name, {params: {max_tokens: 10}})
    );
    const {dryRun, manifest} = await run({candidates}, {options: {dryRun: true}});
    expect(manifest).toBeUndefined();
    expect(dryRun).toMatchObject({
      planned: 2 * rows,
      calls: 2 * rows,
      reused: 0,
      completionTokens: 20 * rows
    });
    expect(dryRun!.costUsd).toBeCloseTo((dryRun!.promptTokens + 2 * 20 * rows) / 1e6, 12);
    expect(model.requests).toEqual([]);
    expect(await project.store.runs()).toEqual([]);
    expect(readdirSync(project.store.workspace.tmpDir)).toEqual([]);
    const paid = await run({candidates}, {options: {limit: 5}});
    expect(paid.manifest!.candidates[0]!.price).toEqual(price);
    const after = await run({candidates}, {options: {dryRun: true}});
    expect(after.dryRun).toMatchObject({calls: 2 * rows - 10, reused: 10});
    expect(after.dryRun!.candidates[0]).toMatchObject({basis: "observed", completionTokens: 3 * (rows - 5)});
  });

  it("forecasts by the answers of the same endpoint to the model asked for, whatever it is served as, up to max_tokens", async () => {
    const asking = (name: string, params?: {max_tokens: number}) => [
      candidate("one", server(model.url, name), "test-model-2", {params})
    ];
    const forecast = async (candidates: EvalDefinition["candidates"]) =>
      (await run({candidates}, {options: {dryRun: true}, evalName: "forecast"})).dryRun!.candidates[0]!;
    const message = {role: "assistant", content: "red"};
    behave = () => ({
      status: 200,
      body: {
        model: "served",
        choices: [{index: 0, message, finish_reason: "stop"}],
        usage: {prompt_tokens: 9, completion_tokens: 6}
      }
    });
    await run({candidates: asking("local")}, {options: {limit: 5}});
    expect(await forecast(asking("local", {max_tokens: 1000}))).toMatchObject({
      calls: rows,
      completionTokens: 6 * rows,
      basis: "observed"
    });
    expect(await forecast(asking("local", {max_tokens: 3}))).toMatchObject({completionTokens: 3 * rows});
    expect(await forecast(asking("elsewhere", {max_tokens: 7}))).toMatchObject({
      completionTokens: 7 * rows,
      basis: "max_tokens"
    });
    expect(await forecast(asking("elsewhere"))).toMatchObject({completionTokens: undefined});
  });

  it("prices reused answers as this run does: a new price needs no call", async () => {
    const price = (usd: number) => ({
      inputUsdPerMillion: usd,
      outputUsdPerMillion: 2 * usd,
      asOf: "2026-01-01",
      source: "test"
    });
    const runAt = async (usd?: number) => {
      const stated = usd === undefined ? {} : {price: price(usd)};
      const endpoint = server(model.url, "local", {hosting: "api", ...stated});
      const {manifest, calls} = await run({candidates: [candidate("test-model", endpoint, "test-model")]});
      const [cost] = await callsOf(project.store, manifest!);
      return {calls, paid: manifest!.costUsd, usdPerThousand: cost!.costUsdPerThousand!, run: manifest!};
    };
    const first = await runAt(1);
    expect(first.paid).toBeCloseTo((first.usdPerThousand * rows) / 1000, 12);
    const dearer = await runAt(3);
    expect(dearer).toMatchObject({calls: 0, paid: undefined});
    expect(dearer.usdPerThousand).toBeCloseTo(3 * first.usdPerThousand, 12);
    // A price that is stated no more is unknown: what the answers once cost is no price of this run.
    const unstated = await runAt();
    expect(unstated).toMatchObject({calls: 0, paid: undefined, usdPerThousand: undefined});
    const file = join(project.store.workspace.project, "prices", "list.json");
    mkdirSync(dirname(file));
    const listed = {model: "test-model", asOf: "2026-02-01", source: "a list"};
    writeFileSync(
      file,
      JSON.stringify({kind: "prices", prices: [{...listed, inputPerMillion: 2, outputPerMillion: 4}]})
    );
    try {
      const [cost] = await callsOf(project.store, unstated.run);
      expect(cost!.costUsdPerThousand).toBeCloseTo(2 * first.usdPerThousand, 12);
      expect(cost!.cost!.price).toMatchObject({asOf: "2026-02-01", source: "a list"});
      // A price that the run states goes before the list's.
      expect((await callsOf(project.store, dearer.run))[0]!.costUsdPerThousand).toBe(dearer.usdPerThousand);
    } finally {
      rmSync(dirname(file), {recursive: true});
    }
  });

  it("pays again with noReuse, in a run of its own", async () => {
    const {manifest} = await run();
    const again = await run({}, {options: {noReuse: true}});
    expect(again.calls).toBe(2 * rows);
    expect(again.manifest!.id).not.toBe(manifest!.id);
    expect(again.manifest!.counts.reused).toBe(0);
    expect((await run()).manifest!.id).toBe(again.manifest!.id);
  });

  it("removes what a start that was killed left beside a sealed run, and its lease", async () => {
    const {manifest} = await run();
    const {workspace} = project.store;
    const folder = runDir(workspace, manifest!.id);
    const files = readdirSync(folder);
    writeFileSync(join(folder, "scores.ndjson"), "");
    const locks = join(workspace.dir, "locks");
    const pid = spawnSync(process.execPath, ["--version"]).pid;
    const lease = JSON.stringify({pid, what: "eval", since: ""});
    writeFileSync(join(locks, `using-${project.version.id}-0a1b2c3d.json`), lease);
    expect((await run()).unchanged).toBe(true);
    expect(readdirSync(folder)).toEqual(files);
    expect(readdirSync(locks)).toEqual([]);
  });

  it("takes the empty folder that a start leaves when it is killed before its first file", async () => {
    const {manifest} = await run();
    const folder = runDir(project.store.workspace, manifest!.id);
    const files = readdirSync(folder);
    for (const file of files) rmSync(join(folder, file));
    const nobody = spawnSync(process.execPath, ["--version"]).pid;
    writeFileSync(join(folder, `.start.json.${nobody}.0a1b2c3d.tmp`), "{");
    project.store.refresh();
    expect((await run()).manifest!.id).toBe(manifest!.id);
    expect(readdirSync(dirname(folder))).toEqual([manifest!.id]);
    expect(readdirSync(folder)).toEqual(files);
  });

  it("drains when told to stop, seals a partial run, and goes on in it", async () => {
    const stop = new AbortController();
    behave = () => {
      if (model.requests.length === 20) stop.abort();
      return {latencyMs: 5};
    };
    const {manifest} = await run({}, {signal: stop.signal, options: {concurrency: 4}});
    expect(manifest).toMatchObject({status: "partial", stopped: "interrupted"});
    expect(manifest!.counts.completed).toBe(model.requests.length);
    expect(manifest!.counts.completed).toBeLessThanOrEqual(24);
    behave = undefined;
    const {manifest: whole, calls} = await run();
    expect(calls).toBe(2 * rows - manifest!.counts.completed);
    expect(whole).toMatchObject({
      id: manifest!.id,
      status: "complete",
      counts: {completed: 2 * rows, reused: 0}
    });
    expect(new Set(model.requests.map(({body, prompt}) => `${body.model} ${prompt}`)).size).toBe(
      model.requests.length
    );
    expect(whole!.stopped).toBeUndefined();
  });

  it("stops calls in flight when told twice, and counts them as missing", async () => {
    const [drain, abort] = [new AbortController(), new AbortController()];
    behave = () => {
      if (model.requests.length === 6)
        setTimeout(() => {
          drain.abort();
          abort.abort();
        }, 20);
      return {latencyMs: model.requests.length > 2 ? 30_000 : 0};
    };
    const {manifest} = await run(
      {},
      {signal: drain.signal, abortSignal: abort.signal, options: {concurrency: 4}}
    );
    expect(manifest).toMatchObject({status: "partial", counts: {completed: 2, failed: 0}});
  });

  it("asks once for rows whose prompts are the same, and scores each by its own expectation", async () => {
    const {dryRun} = await run({prompt: "say {{topic}}", expected: "topic"}, {options: {dryRun: true}});
    expect(dryRun).toMatchObject({planned: 2 * rows, calls: 4, reused: 0, repeated: 2 * rows - 4});
    expect(dryRunText("words", dryRun!, {raced: false})).toContain(
      `4 calls of ${2 * rows} planned (0 in the store already, ${2 * rows - 4} repeat another's prompt)`
    );
    const {manifest} = await run({prompt: "say {{topic}}", expected: "topic"});
    expect(model.requests.length).toBe(4);
    expect(manifest!.counts).toMatchObject({completed: 2 * rows, reused: 2 * rows - 4, scored: 2 * rows});
    expect((await figures(manifest!.id)).map(({mean}) => mean)).toEqual([1, 1]);
    expect((await run({prompt: "say {{topic}}", expected: "topic"})).unchanged).toBe(true);
  });

  it("makes a failed completion of a row whose prompt function throws, without the row's text in the reason", async () => {
    const prompt = (row: Row) => {
      if (row["topic"] === "odd") throw new Error(`cannot use ${String(row["text"])}`);
      return String(row["text"]);
    };
    const {manifest} = await run({prompt});
    expect(model.requests.length).toBe(2 * rows - manifest!.counts.failed);
    expect(manifest!.counts.failed).toBeGreaterThan(0);
    expect(
      await project.store.rows("select distinct reason, reason_kind from completions where status = 'failed'")
    ).toEqual([{reason: "The prompt function threw: cannot use …", reason_kind: "prompt"}]);
  });

  it("refuses a prompt function that says something else the second time", async () => {
    let n = 0;
    await expect(run({prompt: (row) => `${String(row["text"])} ${n++}`})).rejects.toThrow(
      /changed between planning and running/
    );
  });

  it("runs prompts, candidates and repeats as a matrix, all candidates row by row", async () => {
    const prompts = {
      plain: "{{text}}",
      polite: (row: Row) => [{role: "user" as const, content: `Please: ${String(row["text"])}`}]
    };
    const {manifest} = await run({prompt: prompts, repeats: 2}, {options: {limit: 10, concurrency: 1}});
    expect(manifest!.counts.planned).toBe(10 * 2 * 2 * 2);
    expect(manifest!.variants.map(({name}) => name)).toEqual(["plain", "polite"]);
    expect(
      await project.store.rows(
        "select candidate, variant, repeat, count(*)::int as n, count(distinct key)::int as keys from completions group by all order by all"
      )
    ).toEqual(
      ["one", "two"].flatMap((name) =>
        ["plain", "polite"].flatMap((variant) =>
          [0, 1].map((repeat) => ({candidate: name, variant, repeat, n: 10, keys: 10}))
        )
      )
    );
    const rowsAsked = asked().map((prompt) => prompt.replace("Please: ", ""));
    for (let row = 0; row < 10; row++) expect(new Set(rowsAsked.slice(row * 8, row * 8 + 8)).size).toBe(1);
  });

  it("draws few-shot examples from the training part, the same for every row and start", async () => {
    await run({fewShot: {count: 2}}, {options: {limit: 3}});
    const messages = model.requests.map(({body}) => body.messages!.slice(0, 4));
    expect(messages[0]!.map(({role}) => role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(new Set(messages.map((one) => JSON.stringify(one))).size).toBe(1);
    const train = await project.store.rows<{text: string}>(
      "select text from words join parts using (row_id) where part = 'train'"
    );
    expect(train.map(({text}) => text)).toContain(messages[0]![0]!.content);
    await expect(run({fewShot: {count: 1}, part: "train"})).rejects.toThrow(/also the part being scored/);
  });

  it("stops as partial when the server only fails, and asks for what is missing in the next start", async () => {
    behave = () => ({status: 500});
    const told: string[] = [];
    const {manifest} = await run(
      {},
      {
        options: {giveUpAfterSeconds: 0.2},
        effects: {onMessage: (text) => told.push(text)}
      }
    );
    expect(manifest).toMatchObject({
      status: "partial",
      counts: {planned: 2 * rows, completed: 0, failed: 0}
    });
    expect(manifest!.stopped).toMatch(/only failed, and did not recover within 0.2 s of being paused: /);
    expect(told.join()).toMatch(/10 calls in a row failed/);
    behave = undefined;
    const next = await run();
    expect(next.manifest!.counts).toMatchObject({completed: 2 * rows, failed: 0});
  });

  it("says all that is wrong with a definition at once, before any call", async () => {
    const broken = run(
      {prompt: "{{txet}}", expected: "label", slices: ["sender"], part: "held-out"},
      {options: {candidates: ["three"], limit: 0}}
    );
    await expect(broken).rejects.toThrow(/eval words cannot run:/);
    for (const part of [
      /column "txet"/,
      /column "label"/,
      /column "sender"/,
      /--final/,
      /no candidate "three"/,
      /limit is 0/
    ])
      await expect(broken).rejects.toThrow(part);
    expect(model.requests).toEqual([]);
  });

  it("refuses more requests than a run may have, before it plans them", async () => {
    await expect(run({}, {options: {repeats: 1_000_000_000, dryRun: true}})).rejects.toThrow(
      /× 1000000000 repeats are more than the 100,000,000 requests that one run may have/
    );
  });

  it("keeps a scorer's failure as a failed score beside the completion", async () => {
    const picky = ({output}: {output: string}) => {
      if (output === "red") throw new Error("not red");
      return output === "blue" ? {failed: "blue has no answer"} : NaN;
    };
    // Fewer answers than those after which such a scorer stops the run.
    const {manifest} = await run(
      {scorers: {exact: exactMatch, picky}, primary: "picky"},
      {options: {limit: 9, preflight: false}}
    );
    expect(manifest!.counts).toMatchObject({completed: 18, scored: 0, unscored: 18});
    expect(
      await project.store.rows(
        "select distinct status, value, reason from scores where scorer = 'picky' order by reason"
      )
    ).toEqual([
      {status: "failed", value: null, reason: "The scorer gave NaN, which is no score."},
      {status: "failed", value: null, reason: "The scorer threw: not red"},
      {status: "failed", value: null, reason: "blue has no answer"}
    ]);
  });

  it("stops at the first refused key instead of failing every row", async () => {
    behave = () => ({status: 401, body: {error: {message: "bad key"}}});
    const {manifest} = await run({}, {options: {concurrency: 2}});
    expect(manifest).toMatchObject({
      status: "partial",
      stopped: expect.stringMatching(/^local refused the key: .*401: bad key/) as string,
      counts: {failed: 0}
    });
    expect(model.requests.length).toBeLessThan(10);
  });

  it("refuses to start when an endpoint is not there, and says which candidate needs it", async () => {
    const gone = server("http://127.0.0.1:9", "gone");
    await expect(
      run({candidates: [candidate("far", gone, "m")]}, {options: {preflight: true}})
    ).rejects.toThrow(/endpoints are not ready:\n {2}- far: /);
  });

  it("begins although one of its endpoints fails at first, and says so; that one is waited for", async () => {
    const shaky = await startModelServer();
    await shaky.close();
    const far = server(shaky.url, "far");
    const messages: string[] = [];
    const {manifest} = await run(
      {candidates: [candidate("far", far, "test-model"), candidate("near", server(model.url), "test-model")]},
      {
        options: {preflight: true},
        effects: {
          onMessage(text) {
            messages.push(text);
            if (/far: 10 calls in a row failed/.test(text))
              void startModelServer({port: shaky.port}).then((back) => onTestFinished(() => back.close()));
          }
        }
      }
    );
    expect(messages).toContainEqual(
      expect.stringMatching(/^far: far: No answer from .*Its calls wait until it answers\.$/)
    );
    expect(manifest!.counts).toMatchObject({failed: 0, completed: manifest!.counts.planned});
  });

  it("takes a recording's answer by row even when all prompts are the same", async () => {
    const outputs = (
      await project.store.rows<{row_id: string; answer: string}>("select row_id, answer from words")
    ).map(({row_id: id, answer}) => ({id, output: answer}));
    const {manifest} = await run({
      candidates: [candidate("past", recorded({name: "past", rows: outputs}), "any")],
      prompt: "?"
    });
    expect(manifest!.counts).toMatchObject({completed: rows, reused: 0});
    expect(await figures(manifest!.id)).toEqual([{candidate: "past", n: rows, mean: 1}]);
  });

  it("publishes what the eval says: masked excerpts by the masker handed in, the text, or nothing", async () => {
    const excerpts = async (publish: EvalDefinition["publish"], maskExcerpt?: (text: string) => string) => {
      const {manifest} = await run(
        {publish},
        {options: {limit: 1}, effects: maskExcerpt ? {maskExcerpt} : {}}
      );
      const row = await project.store.row<{excerpt: string | null}>(
        "select excerpt from items where run = $id",
        {id: manifest!.id}
      );
      return row!.excerpt;
    };
    expect(await excerpts("masked", (text) => text.replace(/\d+/g, "[number]"))).toMatch(
      /^item \[number\] is /
    );
    expect(await excerpts("masked")).toBeNull();
    expect(await excerpts("text")).toMatch(/^item \d+ is /);
    expect(await excerpts("ids", (text) => text)).toBeNull();
  });
});

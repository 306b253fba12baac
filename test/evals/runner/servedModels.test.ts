// @module-tag long
import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {openAICompatible} from "../../../src/inference/endpoints/index.js";
import {candidate, type EvalDefinition, runEval, type RunInputs} from "../../../src/evals/runner/index.js";
import {runVerdict} from "../../../src/report/site/index.js";
import {type ModelServer, startModelServer} from "../../support/modelServer.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";
import {type Project, server, wordsEval, wordsProject} from "./support/project.js";

describe("a server that answers as another model than before", () => {
  let model: ModelServer;
  let project: Project;
  let served = "my-model-v1";
  let fingerprint = "fp_1";
  let interrupt: AbortController | undefined;
  beforeAll(async () => {
    model = await startModelServer({
      models: ["m"],
      behave({prompt}) {
        if (model.requests.length > 6) interrupt?.abort();
        const message = {role: "assistant", content: prompt.split(" ").at(-1)!};
        const choices = [{index: 0, finish_reason: "stop", message}];
        return {body: {model: served, system_fingerprint: fingerprint, choices}};
      }
    });
  });
  afterAll(async () => model.close());
  beforeEach(async () => {
    project = await wordsProject(await temporaryProject(), 60);
    model.requests.length = 0;
    [served, fingerprint, interrupt] = ["my-model-v1", "fp_1", undefined];
  });

  const run = async (
    options: RunInputs["options"],
    {name = "words", revision, now = Date.now()}: {name?: string; revision?: string; now?: number} = {},
    changes: Partial<EvalDefinition> = {}
  ) => {
    const messages: string[] = [];
    const endpoint = server(model.url, "local", {revision});
    const before = model.requests.length;
    let askedWhenTold = 0;
    const result = await runEval(
      wordsEval(endpoint, {candidates: [candidate("one", endpoint, "m")], ...changes}),
      {
        ...project,
        evalName: name,
        options: {concurrency: 1, ...options},
        signal: interrupt?.signal,
        effects: {
          now: () => now,
          onMessage(message) {
            if (!message.includes(" answers as ")) return;
            messages.push(message);
            askedWhenTold = model.requests.length - before;
          }
        }
      }
    );
    return {...result, manifest: result.manifest!, messages, askedWhenTold};
  };
  const risksOf = async ({manifest}: Awaited<ReturnType<typeof run>>) => {
    project.store.refresh();
    const {verdict} = await runVerdict(project.store, manifest);
    return verdict.risks.filter(({kind}) => kind === "answerer");
  };
  const toldOf = async (made: Awaited<ReturnType<typeof run>>) =>
    (await risksOf(made)).map(({sentence}) => sentence);
  const tomorrow = () => Date.now() + 2 * 86_400_000;

  it("is named in the risks of a run that was continued, with how many answers each gave", async () => {
    interrupt = new AbortController();
    const first = await run({});
    const {completed, planned} = first.manifest.counts;
    expect(first.manifest.status).toBe("partial");
    expect(await toldOf(first)).toEqual([]);
    interrupt = undefined;
    served = "my-model-v2";
    // Asked anew: what it answered the day before tells nothing of now.
    const second = await run({}, {now: tomorrow()});
    expect(second.manifest.status).toBe("complete");
    expect(await toldOf(second)).toEqual([
      `one: answers come from 2 served models: my-model-v2 (${planned - completed}) and my-model-v1 (${completed}).`
    ]);
    expect(second.messages).toEqual([
      `one: local answers as my-model-v2 now, and this run has answers of my-model-v1 (${completed}): it would mix them. Ask all anew with --no-reuse, or state a \`revision\` of the endpoint, which keeps the answers of other weights apart.`
    ]);
    // The preflight's question alone.
    expect(second.askedWhenTold).toBe(1);
    const anew = await run({noReuse: true});
    expect([anew.calls, await toldOf(anew), anew.messages]).toEqual([planned, [], []]);
  });

  it("is named where answers of another run are reused, and not when nobody looked or nothing changed", async () => {
    await run({limit: 8});
    const same = await run({limit: 10}, {name: "same", now: tomorrow()});
    expect([same.manifest.counts.reused, same.messages, await toldOf(same)]).toEqual([8, [], []]);
    served = "my-model-v2";
    // The preflight's answer of the same day stands: the risk tells what the message could not.
    const unseen = await run({limit: 12}, {name: "unseen"});
    expect(unseen.messages).toEqual([]);
    expect((await toldOf(unseen))[0]).toMatch(/my-model-v1 \(10\) and my-model-v2 \(2\)/);
    const seen = await run({limit: 14}, {name: "seen", now: tomorrow() + 2 * 86_400_000});
    expect(seen.messages[0]).toContain("this run has answers of my-model-v1 (10): it would mix them");
  });

  it("asks all anew with another revision, and reuses what the same one was answered", async () => {
    const plain = await run({limit: 8});
    served = "my-model-v2";
    const other = await run({limit: 8}, {revision: "2026-02"});
    expect([other.calls, other.messages, await toldOf(other)]).toEqual([8, [], []]);
    expect(other.manifest.candidates[0]!.identity).toEqual({
      ...plain.manifest.candidates[0]!.identity,
      revision: "2026-02"
    });
    expect((await run({limit: 8}, {revision: "2026-02"})).calls).toBe(0);
    expect((await run({limit: 8})).calls).toBe(0);
  });

  it("has a note of lower rank where the fingerprint alone is another, and counts each candidate for itself", async () => {
    await run({limit: 8});
    fingerprint = "fp_2";
    const risks = await risksOf(await run({limit: 10}, {name: "fingerprints"}));
    expect(risks.map(({sentence}) => sentence)).toEqual([
      "one: the server named 2 system fingerprints for my-model-v1: it was changed or set up anew in between."
    ]);
    expect(risks[0]!.moves).toBe(0);
    served = "my-model-v2";
    const endpoint = server(model.url);
    const candidates = [
      candidate("one", endpoint, "m"),
      candidate("hot", endpoint, "m", {params: {temperature: 1}})
    ];
    const several = await run({limit: 8}, {name: "several"}, {candidates});
    expect(several.calls).toBe(8);
    expect(await risksOf(several)).toEqual([]);
  });
});

it("identifies an endpoint without a revision as before", async () => {
  const options = {name: "x", baseUrl: "http://127.0.0.1:1", hosting: "edge", trust: "local"} as const;
  expect(await openAICompatible(options).identity("m")).toEqual({baseUrl: "http://127.0.0.1:1/v1"});
  expect(() => openAICompatible({...options, revision: ""})).toThrow(/`revision` must be a revision/);
});

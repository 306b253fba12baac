import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {runRace} from "../../src/races/runRace.js";
import {candidate} from "../../src/runner/index.js";
import {ensureSplit} from "../../src/splits/index.js";
import {finalRuns} from "../../src/store/index.js";
import {type Project, server, wordsEval, wordsProject} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

describe("a race that is started again", () => {
  let model: ModelServer;
  let project: Project;
  let down: boolean;
  beforeAll(async () => {
    const numberOf = (prompt: string) => Number(prompt.split(" ")[1]);
    model = await startModelServer({
      models: ["one", "other"],
      behave: ({body, prompt}) =>
        down && body.model === "other" && numberOf(prompt) % 2 === 0
          ? {status: 400, body: {error: {message: "no"}}}
          : undefined,
      answer: ({body, prompt}) => {
        const said = prompt.split(" ");
        const right = body.model === "other" ? numberOf(prompt) % 2 === 1 : numberOf(prompt) % 5 > 0;
        return right ? said.at(-1)! : said[0]!;
      }
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    down = true;
    model.requests.length = 0;
    project = await wordsProject(await temporaryProject(), 240);
    return () => project.store.close();
  });
  const definition = (more = {}) => {
    const endpoint = server(model.url);
    return wordsEval(endpoint, {
      candidates: ["one", "other"].map((name) => candidate(name, endpoint, name)),
      ...more
    });
  };
  const inputs = (options = {}) => ({...project, evalName: "words", options: {preflight: false, ...options}});

  it("goes by the scores of rows that were asked again", async () => {
    const first = await runRace(definition(), inputs());
    // What failed in one round stays so in the next.
    expect(model.requests).toHaveLength(first.calls);
    expect(first.record.rounds.every(({calls, newCalls}) => calls === newCalls)).toBe(true);
    down = false;
    const second = await runRace(definition(), inputs({retryFailed: true}));
    expect(second.calls).toBeGreaterThan(0);
    const scored = second.record.rounds[0]!.standings.map((one) => one.scored);
    expect(scored).toEqual([50, 50]);
    const third = await runRace(definition(), inputs());
    expect(third.calls).toBe(0);
    expect(third.record).toEqual(second.record);
  });

  it("notes once that it opens a held-out part", async () => {
    const spec = {strategy: "group" as const, name: "final", validation: 0, test: 0.2, heldOut: 0.6};
    const split = await ensureSplit(project.store, project.version, spec);
    const endpoint = server(model.url);
    const candidates = ["one", "twin"].map((name) => candidate(name, endpoint, "one"));
    const held = definition({part: "held-out", split: spec, candidates});
    down = false;
    const {record} = await runRace(held, {...inputs({final: true, why: "release 2"}), split});
    expect(record.rounds.length).toBeGreaterThan(1);
    expect(await finalRuns(project.store.workspace)).toHaveLength(1);
  });
});

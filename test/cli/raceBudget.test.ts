import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {raceText} from "../../src/cli/raceText.js";
import {isUnfinished} from "../../src/cli/run.js";
import {runEvals} from "../../src/cli/runEvals.js";
import {replay} from "../../src/components/raceScores.js";
import {openAICompatible} from "../../src/endpoints/index.js";
import {decidingRuns, listRaces} from "../../src/races/index.js";
import {runRace} from "../../src/races/runRace.js";
import {candidate, type EvalDefinition, type RaceOptions, type RunOptions} from "../../src/runner/index.js";
import {judgeRating} from "../../src/scorers/index.js";
import {races, raceScores} from "../../src/site/index.js";
import {type Project, words, wordsEval, wordsProject} from "../runner/support/project.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const NAMES = ["a", "b", "c", "d"];

describe("the budget of a race", () => {
  let model: ModelServer;
  let project: Project;
  let withoutUsage: string | undefined;
  let failing: string | undefined;
  /** Whether every fifth answer tells no tokens. */
  let untold = false;
  beforeAll(async () => {
    model = await startModelServer({
      models: [...NAMES, "judge"],
      behave: ({body, prompt}) => {
        if (body.model === failing && Number(prompt.split(" ")[1]) % 7 === 0)
          return {status: 400, body: {error: {message: "no"}}};
        const isUntold = untold && Number(prompt.split(" ")[1]) % 5 === 0;
        return {usage: body.model !== withoutUsage && !isUntold};
      },
      answer: ({prompt, body}) => {
        if (body.model === "judge") return `Rating: ${3 + (prompt.length % 5)}`;
        const said = prompt.split(" ");
        return body.model === "a" ? said.at(-1)! : said[0]!;
      }
    });
  });
  afterAll(() => model.close());
  beforeEach(async () => {
    withoutUsage = failing = undefined;
    untold = false;
    model.requests.length = 0;
    project = await wordsProject(await temporaryProject(), 400);
    return () => project.store.close();
  });

  const at = (usd: number) =>
    openAICompatible({
      name: `at-${usd}`,
      baseUrl: model.url,
      hosting: "api",
      trust: "local",
      price: {inputUsdPerMillion: usd, outputUsdPerMillion: usd, asOf: "2026-11-01", source: "x"}
    });
  const definition = (more: Partial<EvalDefinition> = {}, maxTokens = 64) =>
    wordsEval(at(1000), {
      candidates: NAMES.map((name) => candidate(name, at(1000), name, {params: {max_tokens: maxTokens}})),
      ...more
    });
  const inputs = (options: RunOptions = {}) => ({
    ...project,
    evalName: "words",
    options: {preflight: false, ...options}
  });
  const asked = () => model.requests.filter(({path}) => path.endsWith("/completions")).length;

  it("picks on the rows that all had ended, and costs nothing again", async () => {
    const budgetUsd = 1.5;
    failing = "b";
    const {record} = await runRace(definition(), inputs(), {budgetUsd});
    expect(record.outcome).toMatchObject({kind: "pick", best: "a"});
    const cut = record.rounds.find(({cutShort}) => cutShort !== undefined)!;
    expect(cut.rows).toBeLessThan(cut.cutShort!.planned);
    expect(cut.cutShort!.why).toMatch(new RegExp(`^budget: \\$[\\d.]+ of \\$${budgetUsd} spent`));
    expect(raceText(record)).toContain(`cut short, ${cut.rows} of ${cut.cutShort!.planned} rows`);
    const paid = asked();
    const again = await runRace(definition(), inputs(), {budgetUsd});
    expect(again.record).toEqual(record);
    expect(asked()).toBe(paid);
    project.store.refresh();
    const [view] = (await races(project.store)).races;
    const course = replay(view!, await raceScores(project.store, record.id))!;
    expect(course.rounds.map(({rows}) => rows)).toEqual(record.rounds.map(({rows}) => rows));
    expect(course.outcome).toEqual(record.outcome);
    // The run that the budget ended is no run that the eval is decided by.
    const deciding = decidingRuns(await project.store.runs(), []);
    expect(deciding).toEqual([]);
    expect(
      decidingRuns(await project.store.runs(), await listRaces(project.store.workspace))[0]!.race!.id
    ).toBe(record.id);
  });

  it("is a hard cap on calls whose cost nobody stated", async () => {
    withoutUsage = "d";
    const budgetUsd = 2;
    const {record} = await runRace(definition({}, 8), inputs(), {budgetUsd});
    expect(record.rounds.length).toBeGreaterThan(1);
    project.store.refresh();
    const runs = await project.store.runs();
    const known = runs.reduce((sum, {costUsd = 0}) => sum + costUsd, 0);
    const unpriced = runs.reduce((sum, {unpricedCalls}) => sum + unpricedCalls, 0);
    expect(unpriced).toBeGreaterThan(0);
    // One byte may be a token: no call to "d" can have cost less than its eight tokens of answer.
    expect(known + 0.008 * unpriced).toBeLessThanOrEqual(budgetUsd);
  });

  it("counts answers of unknown cost as the others, over all its starts", async () => {
    untold = true;
    const budgetUsd = 2;
    const each = 0.015;
    await runRace(definition({}, 8), inputs({budgetUsd: 1.2}), {budgetUsd});
    const {record} = await runRace(definition({}, 8), inputs(), {budgetUsd});
    expect(each * asked()).toBeGreaterThan(1.2);
    expect(each * asked()).toBeLessThanOrEqual(budgetUsd);
    const spent = record.rounds.map(({spentUsd}) => spentUsd!["a"]!);
    expect(spent).toEqual(spent.toSorted((a, b) => a - b));
    const rows = record.rounds.map((round) => round.rows);
    expect(spent[0]).toBeCloseTo(each * rows[0]!, 6);
  });

  it("judges no round whose scores are owed, and is replayed with what a judge cost", async () => {
    const rating = judgeRating({
      endpoint: at(1000),
      model: "judge",
      rubric: "is it right?",
      params: {max_tokens: 16}
    });
    const judged = definition({
      scorers: {rating},
      candidates: NAMES.map((name) => candidate(name, at(1), name))
    });
    const {record} = await runRace(judged, inputs(), {budgetUsd: 14});
    for (const {rows, standings, candidates} of record.rounds) {
      expect(standings.map(({scored}) => scored)).toEqual(candidates.map(() => rows));
    }
    project.store.refresh();
    const [view] = (await races(project.store)).races;
    const scores = await raceScores(project.store, record.id);
    expect(scores.rounds.at(-1)!.costs).toEqual(record.rounds.at(-1)!.spentUsd);
    expect(scores.rounds[0]!.costs["a"]!).toBeGreaterThan(0.01);
    expect(replay(view!, scores)!.rounds.map(({rows}) => rows)).toEqual(record.rounds.map(({rows}) => rows));
  });

  it("of a start caps a race that has none, which says so and what to do", async () => {
    const params = {max_tokens: 64};
    const even = definition({
      candidates: ["b", "c"].map((name) => candidate(name, at(1000), name, {params}))
    });
    const stopped = (await runRace(even, inputs({budgetUsd: 2}))).record;
    expect(stopped.outcome).toMatchObject({
      kind: "stopped",
      why: expect.stringMatching(/^budget: .* of \$2 spent/)
    });
    expect(stopped.rounds.at(-1)!.cutShort).toBeDefined();
    expect(raceText(stopped)).toContain("start it again with a larger --budget-usd");
  });

  it("and the way that an eval states stay unless another is told", async () => {
    const path = "evals/words.eval.ts";
    await mkdir(join(project.store.workspace.project, "evals"));
    await writeFile(join(project.store.workspace.project, path), "export default {};");
    const {signal} = new AbortController();
    const run = async (
      race: EvalDefinition["race"],
      told: RaceOptions | undefined,
      options: RunOptions = {}
    ) => {
      const split = {strategy: "group" as const, validation: 0, test: 0.5};
      const one = {name: "words", path, sha256: "0".repeat(64), definition: definition({race, split})};
      const outcomes = await runEvals(project.store, [one], {
        options: {preflight: false, ...options},
        race: told,
        datasets: [words(400)],
        signal,
        abortSignal: signal,
        quiet: true,
        onOutcome: () => undefined
      });
      return outcomes[0]!;
    };
    const nothing = {errorRate: undefined, budgetCalls: undefined, budgetUsd: undefined};
    const stated = await run({budgetCalls: 60}, nothing);
    expect(stated.race!.settings).toMatchObject({budgetCalls: 60});
    const told = await run({budgetCalls: 60}, {...nothing, errorRate: 0.2});
    expect(told.race!.settings).toMatchObject({errorRate: 0.2});
    expect(told.race!.settings.budgetCalls).toBeUndefined();
    expect(isUnfinished(stated)).toBe(false);
    const {standings, ...round} = stated.race!.rounds.at(-1)!;
    const unscored = {...round, standings: standings.map(({candidate: of}) => ({candidate: of, scored: 0}))};
    expect(isUnfinished({...stated, race: {...stated.race!, rounds: [unscored]}})).toBe(true);
  });
});

// @module-tag long
import {afterEach, describe, expect, it} from "vitest";
import {newestVersions} from "../../../../src/cli/project/newestVersion.js";
import {defineDataset, pull, type Sensitivity} from "../../../../src/data/datasets/index.js";
import {type Endpoint, openAICompatible} from "../../../../src/inference/endpoints/index.js";
import {acceptFindings, ledgerSummary} from "../../../../src/data/privacy/index.js";
import {
  candidate,
  defineEval,
  type EvalDefinition,
  runEval,
  runEvalPreflight
} from "../../../../src/evals/runner/index.js";
import {exactMatch, judgeRating} from "../../../../src/evals/scorers/index.js";
import {ensureSplit} from "../../../../src/data/splits/index.js";
import {
  openStore,
  type SplitManifest,
  type Store,
  type VersionManifest
} from "../../../../src/base/store/index.js";
import {type ModelServer, startModelServer, withoutProbes} from "../../../support/modelServer.js";
import {temporaryProject} from "../../../support/temporaryWorkspace.js";

const opened: {close(): unknown}[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

/** Every third row names an address. */
const textOf = (i: number) => (i % 3 === 0 ? `ask ada${i}@example.org about it` : `item ${i} is fine`);

interface Place {
  store: Store;
  version: VersionManifest;
  split: SplitManifest;
  server: ModelServer;
  sent(): string;
}

async function place(sensitivity?: Sensitivity): Promise<Place> {
  const store = await openStore(await temporaryProject());
  const server = await startModelServer();
  opened.push(store, server);
  const {version} = await pull(
    store.workspace,
    defineDataset({
      name: "tickets",
      id: "id",
      text: "text",
      source: {
        kind: "rows",
        rows: () => Array.from({length: 30}, (_, i) => ({id: `r${i}`, text: textOf(i), answer: "fine"}))
      },
      sensitivity
    })
  );
  store.refresh();
  const split = await ensureSplit(store, version, {strategy: "random", test: 0.6, validation: 0});
  return {store, version, split, server, sent: () => JSON.stringify(server.requests)};
}

function endpoint(server: ModelServer, trust: Endpoint["trust"]): Endpoint {
  return openAICompatible({name: trust, baseUrl: server.url, hosting: "on-prem", trust});
}

const evalOf = (to: Endpoint, changes: Partial<EvalDefinition> = {}): EvalDefinition =>
  defineEval({
    dataset: "tickets",
    split: {strategy: "random"},
    candidates: [candidate("one", to, "test-model")],
    prompt: "{{text}}",
    expected: "answer",
    scorers: {exact: exactMatch},
    ...changes
  });

const inputsOf = ({store, version, split}: Place) => ({store, version, split, evalName: "tickets"});
const failures = ({store}: Place) =>
  store.rows<{kind: string; reason: string; n: number}>(
    "select reason_kind as kind, min(reason) as reason, count(*)::int as n from completions where status = 'failed' group by kind"
  );

describe("the privacy check before a run's calls", () => {
  it("keeps rows with unresolved findings from the server, whatever the start, and counts them", async () => {
    const here = await place("personal");
    const definition = evalOf(endpoint(here.server, "contract"));
    const rows = here.split.counts.test!;
    const messages: string[] = [];
    const inputs = {...inputsOf(here), effects: {onMessage: (message: string) => messages.push(message)}};

    const dry = (await runEval(definition, {...inputs, options: {dryRun: true}})).dryRun!;
    expect(here.server.requests).toEqual([]);
    const bad = dry.candidates[0]!.refusedRows;
    expect(bad).toBeGreaterThan(0);
    expect(dry).toMatchObject({planned: rows, calls: rows - bad, refused: bad});
    expect(dry.candidates[0]!.refusal).toMatch(
      new RegExp(
        `^${bad} of ${rows} rows may not go to an endpoint of trust "contract".*EMAIL_ADDRESS by email/tld in text`
      )
    );

    const first = await runEval(definition, inputs);
    expect(first.calls).toBe(rows - bad);
    expect(here.server.requests.filter(({prompt}) => prompt.startsWith("item")).length).toBe(first.calls);
    expect(first.manifest).toMatchObject({
      status: "complete",
      counts: {planned: rows, completed: rows - bad, failed: bad}
    });
    expect(messages.join()).toContain(`one: ${bad} of ${rows} rows may not go`);
    await runEval(definition, {...inputs, options: {retryFailed: true}});
    expect(here.server.requests.filter(({prompt}) => prompt.startsWith("item")).length).toBe(rows - bad);
    expect(here.sent()).not.toContain("@example.org");
    expect(await failures(here)).toEqual([
      {
        kind: "refused-by-privacy-check",
        n: bad,
        reason:
          'Not sent to an endpoint of trust "contract": EMAIL_ADDRESS by email/tld in text is unresolved in a dataset of sensitivity "personal".'
      }
    ]);

    await acceptFindings(here.store, here.version, {what: "email/tld", reason: "made up"});
    const after = await runEval(definition, inputs);
    expect(after.manifest!.counts).toMatchObject({completed: rows, failed: 0, reused: rows - bad});
    expect(here.sent()).toMatch(/ada\d+@example\.org/);
  });

  it("draws few-shot examples from rows that may be sent", async () => {
    const here = await place("public");
    const definition = evalOf(endpoint(here.server, "external"), {fewShot: {count: 6}});
    await runEval(definition, inputsOf(here));
    const asked = here.server.requests.filter(({prompt}) => prompt.startsWith("item"));
    expect(new Set(asked.map(({body}) => body.messages!.length))).toEqual(new Set([13]));
    expect(here.sent()).not.toContain("@example.org");
  });

  it("stands before a judge as before a candidate", async () => {
    const here = await place("public");
    const judge = await startModelServer({answer: () => "[[7]]"});
    opened.push(judge);
    const scorers = {
      rating: judgeRating({endpoint: endpoint(judge, "external"), model: "test-model", rubric: "good"})
    };
    const {manifest} = await runEval(evalOf(endpoint(here.server, "local"), {scorers}), inputsOf(here));
    expect(here.sent()).toMatch(/ada\d+@example\.org/);
    expect(JSON.stringify(judge.requests)).not.toContain("@example.org");
    expect(withoutProbes(judge.requests).length).toBe(manifest!.counts.scored);
    expect(manifest!.counts.unscored).toBeGreaterThan(0);
  });

  it("sends nothing of an internal or personal dataset to an external endpoint", async () => {
    for (const sensitivity of [undefined, "internal", "personal"] as const) {
      const here = await place(sensitivity);
      const definition = evalOf(endpoint(here.server, "external"));
      const message = new RegExp(
        `tickets ${sensitivity ? `is of sensitivity "${sensitivity}"` : "states no sensitivity"}.*trust "external":\\n  - one \\(endpoint external\\)\\n.*No row was sent`
      );
      await expect(runEval(definition, inputsOf(here))).rejects.toThrow(message);
      expect(await runEvalPreflight(here.store, "tickets", definition, "tickets")).toMatchObject([
        {status: "error", message: expect.stringMatching(message) as string}
      ]);
      expect(here.server.requests).toEqual([]);
      expect(here.server.connections).toBe(0);
    }
  });

  it("neither scans for a local endpoint nor holds a row back from it", async () => {
    const here = await place("personal");
    const {manifest} = await runEval(evalOf(endpoint(here.server, "local")), inputsOf(here));
    expect(manifest!.counts).toMatchObject({completed: here.split.counts.test, failed: 0});
    expect(await ledgerSummary(here.store, here.version)).toBeUndefined();
  });

  it("is told by the check of an eval", async () => {
    const here = await place("personal");
    const found = await runEvalPreflight(
      here.store,
      "tickets",
      evalOf(endpoint(here.server, "contract")),
      "tickets"
    );
    expect(found.filter(({status}) => status === "warning")).toMatchObject([
      {status: "warning", message: expect.stringMatching(/^10 of 30 rows may not go/) as string}
    ]);
  });
});

describe("a definition that was made stricter since the pull", () => {
  const ticketsOf = (sensitivity: Sensitivity | undefined) =>
    defineDataset({
      name: "tickets",
      id: "id",
      text: "text",
      source: {kind: "rows", rows: () => []},
      sensitivity
    });
  const stricter: [said: string, sensitivity: Sensitivity | undefined][] = [
    ["says personal", "personal"],
    ["says nothing any more", undefined]
  ];
  for (const [said, sensitivity] of stricter)
    it(`${said}: no row goes where it lets none, in a run, a preflight or a command that takes the newest version`, async () => {
      const here = await place("public");
      const dataset = ticketsOf(sensitivity);
      const external = evalOf(endpoint(here.server, "external"));
      await expect(runEval({...external, dataset}, inputsOf(here))).rejects.toThrow(
        /no row of it may go to an endpoint of trust "external"/
      );
      expect(
        await runEvalPreflight(here.store, "tickets", {...external, candidates: []}, dataset)
      ).toMatchObject([{check: "definition", status: "error"}]);
      const version = await newestVersions(here.store, () => undefined)(dataset);
      await expect(runEval(external, {...inputsOf(here), version})).rejects.toThrow(
        /no row of it may go to an endpoint of trust "external"/
      );
      expect(here.server.requests).toEqual([]);
    });

  it("lets rows go only after a pull, where it was made laxer", async () => {
    const here = await place("personal");
    const dataset = ticketsOf("public");
    await expect(
      runEval({...evalOf(endpoint(here.server, "external")), dataset}, inputsOf(here))
    ).rejects.toThrow(/is of sensitivity "personal"/);
  });
});

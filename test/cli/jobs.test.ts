import {existsSync, readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {destinations} from "../../src/training/finetunes/index.js";
import {TOOLS} from "../../src/training/jobs/configurations/index.js";
import {openService, type ServiceSettings, statusText} from "../../src/training/jobs/index.js";
import type {JobRecord} from "../../src/base/store/index.js";
import {sha256} from "../../src/base/system/hash.js";
import {collectVerb, jobsVerb} from "../../src/cli/models/training/jobs.js";
import {submitVerb} from "../../src/cli/models/training/jobSubmit.js";
import {watchVerb} from "../../src/cli/models/training/jobWatch.js";
import {lineageVerb} from "../../src/cli/models/lineage.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {openStore, openWorkspace} from "../../src/base/store/index.js";
import {writeLoader} from "../support/assay.js";
import {type JobProject, jobProject, noted, trainer} from "../support/jobProject.js";
import {printed} from "../support/printed.js";

let project: string;
let writeJob: JobProject["writeJob"];

beforeAll(async () => {
  ({project, writeJob} = await jobProject());
  writeJob("answers", `{service: "command", trust: "local", tool: "trl", run: "sh ${trainer}"}`);
});
afterAll(() => {
  process.exitCode = 0;
  vi.unstubAllEnvs();
});

describe("assay jobs", () => {
  it(
    "sends a split to a command, follows it, finds it again, and registers what it made",
    {tags: ["long"]},
    async () => {
      expect(await noted(() => submitVerb("answers", {}))).toMatch(
        /1 of \d+ rows may not go to a fine-tuning file.*--skip-unresolved/s
      );
      expect(existsSync(join(project, ".assay", "jobs"))).toBe(false);

      const sent = await printed(() =>
        submitVerb("answers", {skipUnresolved: true, watch: true, json: true})
      );
      const [job] = JSON.parse(sent) as [JobRecord];
      expect(job.statuses.at(-1)!.outcome).toBe("succeeded");
      expect(job.tokens!.estimated).toBeGreaterThan(100);
      const folder = join(project, ".assay", "jobs", job.id);
      for (const {path, sha256: hash} of job.data)
        expect(sha256(readFileSync(join(folder, path)))).toBe(hash);
      expect(readFileSync(join(folder, "train.jsonl"), "utf8")).not.toContain("ada@example.org");
      expect(readFileSync(join(folder, "train.py"), "utf8")).toContain(job.data[0]!.sha256);

      expect(await noted(() => submitVerb("answers", {skipUnresolved: true}))).toMatch(
        /was submitted before, as .*nothing was sent/
      );
      expect(await noted(() => submitVerb("answers", {skipUnresolved: true}))).toContain(
        `It has ended: \`assay jobs collect ${job.id}\` registers its model.`
      );
      expect(readdirSync(join(project, ".assay", "jobs"))).toEqual([job.id]);
      expect(readdirSync(join(project, ".assay", "tmp"))).toEqual([]);

      expect(await printed(() => collectVerb("answers", {}))).toMatch(
        /^answers [0-9a-f]{16} \(adapter\), from job answers-/
      );
      expect(await noted(() => submitVerb("answers", {skipUnresolved: true}))).toMatch(
        /It is collected, as answers \([0-9a-f]{12}\)\./
      );
      const lineage = await printed(() => lineageVerb("answers", {}));
      expect(lineage).toContain(`job ${job.id} – trained on train`);
      expect(lineage).toMatch(new RegExp(`trained on train, ${job.data[0]!.rows} rows`));
      expect(lineage).toMatch(/questions@[0-9a-f]{12}, train part/);
      expect(await printed(() => jobsVerb({}))).toMatch(new RegExp(`${job.id} +command +ended +base-model`));
    }
  );

  it("checks the examples by the rules of who trains, whose formats they have", async () => {
    const common = {trust: "local", apiKeyEnv: "PATH"} as const;
    const places: ServiceSettings[] = [
      {service: "openai", ...common},
      {service: "together", ...common},
      {service: "fireworks", account: "acme", ...common},
      {service: "huggingface", namespace: "acme", flavor: "t4-small", ...common},
      ...TOOLS.map((tool) => ({service: "command" as const, trust: "local" as const, tool, run: "true"}))
    ];
    for (const place of places) {
      const {formats, destination} = openService(place);
      const taken = destinations.find(({name}) => name === destination)?.formats;
      expect(taken, JSON.stringify(place)).toEqual(expect.arrayContaining(Object.values(formats)));
    }
    writeJob("factory", `{service: "command", trust: "local", tool: "llama-factory", run: "sh ${trainer}"}`);
    const checked = await printed(() => submitVerb("factory", {skipUnresolved: true, check: true}));
    expect(checked).toMatch(/^factory: base-model by command\n {2}train\.jsonl: \d+ examples/);
  });

  it("shows the end of a command's log without the environment's secrets", {tags: ["long"]}, async () => {
    process.env.TEST_JOB_TOKEN = "a-secret-value-77";
    writeJob(
      "telling",
      `{service: "command", trust: "local", tool: "trl", run: "echo the key is $TEST_JOB_TOKEN; exit 3"}`
    );
    const shown = await printed(() => submitVerb("telling", {skipUnresolved: true, watch: true}));
    delete process.env.TEST_JOB_TOKEN;
    expect(shown).toMatch(/ends:\n {2}\| the key is \*\*\*/);
    expect(shown).not.toContain("a-secret-value-77");
  });

  it("says once that a command failed, with its log's place and end, and how to send it again", async () => {
    writeJob(
      "failing",
      `{service: "command", trust: "local", tool: "trl", run: "echo begun; echo out of memory; exit 3"}`
    );
    const stdout: string[] = [];
    const stderr = await noted(async () => {
      stdout.push(await printed(() => submitVerb("failing", {skipUnresolved: true, watch: true})));
    });
    expect(stdout.join("")).toMatch(
      /failing-\w+: failed, exit code 3\n {2}its log, \S+log\.txt, ends:\n {2}\| begun\n {2}\| out of memory/
    );
    expect(stderr).not.toContain("exit code 3");
    expect(await noted(() => collectVerb("failing", {}))).toMatch(
      /is failed, exit code 3: there is nothing to collect\. Its log is \S+log\.txt\. `assay jobs submit failing --again` sends it once more/
    );
    expect(await printed(() => jobsVerb({}))).toMatch(/failing-\w+ +command +failed, exit code 3/);
    // As records of before have it.
    expect(statusText({status: "ended", outcome: "failed", detail: "exit code 3"})).toBe(
      "failed, exit code 3"
    );
  });

  it(
    "sends no validation rows where other splits hold all of them out, and says so",
    {tags: ["long"]},
    async () => {
      writeLoader(
        project,
        "parted",
        `{name: "parted", id: "id", text: "question", label: "answer", source: {kind: "rows", rows: () =>
        Array.from({length: 40}, (_, i) => ({id: "r" + i, question: "Question " + i, answer: "answer " + i,
          part: i < 30 ? "train" : "validation", later: i < 30 ? "train" : "held-out"}))}}`
      );
      const on = `{service: "command", trust: "local", tool: "trl", run: "true"}`;
      writeJob("parted", on, `dataset: "parted", split: {strategy: "given", name: "parted", column: "part"}`);
      const sent = async () =>
        JSON.parse(await printed(() => submitVerb("parted", {check: true, json: true})));
      const partsOf = (files: unknown) => (files as {part: string}[]).map(({part}) => part);
      expect(partsOf(await sent())).toEqual(["train", "validation"]);
      const store = await openStore(await openWorkspace(project));
      const version = (await store.latestVersion("parted"))!;
      await ensureSplit(store, version, {strategy: "given", name: "later", column: "later"});
      await store.close();
      expect(partsOf(await sent())).toEqual(["train"]);
      expect(await noted(() => submitVerb("parted", {check: true}))).toMatch(
        /no row of the split parted is left in its validation part: .*The training has no validation rows/
      );
    }
  );

  it("needs the service's key to send, and not to check", async () => {
    writeJob(
      "keyless",
      `{service: "openai", trust: "local", apiKeyEnv: "NO_SUCH_KEY", baseUrl: "http://127.0.0.1:9"}`
    );
    expect(await noted(() => submitVerb("keyless", {skipUnresolved: true}))).toContain(
      "openai: it needs NO_SUCH_KEY in the environment. Export it and run again."
    );
    expect(await printed(() => submitVerb("keyless", {skipUnresolved: true, check: true}))).toMatch(
      /^keyless: base-model by openai/
    );
  });

  it("sends nothing to a place that is not trusted with the rows, and says what OpenAI ends", async () => {
    writeJob("elsewhere", `{service: "openai", trust: "external", apiKeyEnv: "PATH"}`);
    const stderr = await noted(() => submitVerb("elsewhere", {skipUnresolved: true}));
    expect(stderr).toMatch(
      /OpenAI takes new fine-tuning jobs only from .* and from nobody after this day: 2027-01-06/
    );
    expect(stderr).toMatch(/No row of a dataset of sensitivity "internal" may go to .* trust "external"/);
    writeJob("broken", `{service: "openia", trust: "external"}`);
    expect(await noted(() => submitVerb("broken", {}))).toMatch(
      /on\.service.*must be one of "command", "fireworks"/s
    );
    expect(await noted(() => watchVerb(["nothing"], {}))).toMatch(/no job "nothing"/);
  });
});

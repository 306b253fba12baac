import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import type {JobRecord} from "../../src/store/index.js";
import {sha256} from "../../src/store/hash.js";
import {collectVerb, jobsVerb, submitVerb, watchVerb} from "../../src/cli/jobs.js";
import {lineageVerb} from "../../src/cli/lineage.js";
import {writeLoader} from "../support/assay.js";
import {printed} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const jobs = fileURLToPath(new URL("../../src/jobs/index.js", import.meta.url));
const trainer = fileURLToPath(new URL("../jobs/support/trainer.sh", import.meta.url));
let project: string;

beforeAll(async () => {
  project = await temporaryProject();
  vi.stubEnv("ASSAY_PROJECT", project);
  vi.stubEnv("ASSAY_DIR", join(project, ".assay"));
  writeLoader(
    project,
    "questions",
    `{name: "questions", id: "id", text: "question", label: "answer", source: {kind: "rows", rows: () =>
      Array.from({length: 40}, (_, i) => ({id: "r" + i, question: "Question " + i, answer: i === 3 ? "write to ada@example.org" : "answer " + i}))}}`
  );
  writeJob("answers", `{service: "command", trust: "local", tool: "trl", run: "sh ${trainer}"}`);
});

function writeJob(name: string, on: string): void {
  mkdirSync(join(project, "finetunes"), {recursive: true});
  writeFileSync(
    join(project, "finetunes", `${name}.job.ts`),
    `import {job} from ${JSON.stringify(jobs)};
export default job({dataset: "questions", split: {strategy: "random", name: "random", test: 0.2, validation: 0.1}, base: "base-model", format: "prompt", epochs: 1, on: ${on}});\n`
  );
}

afterAll(() => {
  process.exitCode = 0;
  vi.unstubAllEnvs();
});

/** What a command writes to standard error; of one that fails its message, too. */
async function noted(work: () => Promise<void>): Promise<string> {
  let text = "";
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  try {
    await printed(work);
  } catch (error) {
    text += (error as Error).message;
  } finally {
    spy.mockRestore();
  }
  return text;
}

describe("assay jobs", () => {
  it("sends a split to a command, follows it, finds it again, and registers what it made", async () => {
    expect(await noted(() => submitVerb("answers", {}))).toMatch(
      /1 of \d+ rows may not go to a fine-tuning file.*--skip-unresolved/s
    );
    expect(existsSync(join(project, ".assay", "jobs"))).toBe(false);

    const sent = await printed(() => submitVerb("answers", {skipUnresolved: true, watch: true, json: true}));
    const [job] = JSON.parse(sent) as [JobRecord];
    expect(job.statuses.at(-1)!.outcome).toBe("succeeded");
    const folder = join(project, ".assay", "jobs", job.id);
    for (const {path, sha256: hash} of job.data) expect(sha256(readFileSync(join(folder, path)))).toBe(hash);
    expect(readFileSync(join(folder, "train.jsonl"), "utf8")).not.toContain("ada@example.org");
    expect(readFileSync(join(folder, "train.py"), "utf8")).toContain(job.data[0]!.sha256);

    expect(await noted(() => submitVerb("answers", {skipUnresolved: true}))).toMatch(
      /was submitted before, as .*nothing was sent/
    );
    expect(readdirSync(join(project, ".assay", "jobs"))).toEqual([job.id]);
    expect(readdirSync(join(project, ".assay", "tmp"))).toEqual([]);

    expect(await printed(() => collectVerb("answers", {}))).toMatch(
      /^answers [0-9a-f]{16} \(adapter\), from job answers-/
    );
    const lineage = await printed(() => lineageVerb("answers", {}));
    expect(lineage).toMatch(new RegExp(`trained on train, ${job.data[0]!.rows} rows`));
    expect(lineage).toMatch(/questions@[0-9a-f]{12}, train part/);
    expect(await printed(() => jobsVerb({}))).toMatch(new RegExp(`${job.id} +command +ended +base-model`));
  });

  it("sends nothing to a place that is not trusted with the rows, and says what OpenAI ends", async () => {
    writeJob("elsewhere", `{service: "openai", trust: "external", apiKeyEnv: "PATH"}`);
    const stderr = await noted(() => submitVerb("elsewhere", {skipUnresolved: true}));
    expect(stderr).toMatch(/OpenAI takes no new self-serve fine-tuning jobs after this day: 2027-01-06/);
    expect(stderr).toMatch(/No row of a dataset of sensitivity "internal" may go to .* trust "external"/);
    writeJob("broken", `{service: "openia", trust: "external"}`);
    expect(await noted(() => submitVerb("broken", {}))).toMatch(
      /on\.service.*must be one of "openai", "together"/s
    );
    expect(await noted(() => watchVerb(["nothing"], {}))).toMatch(/no job "nothing"/);
  });
});

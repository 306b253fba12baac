// @module-tag long
import {mkdir, readFile, rm, writeFile} from "node:fs/promises";
import {join} from "node:path";
import type {Browser} from "playwright-core";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {pull} from "../../src/data/datasets/index.js";
import {scanVersion} from "../../src/data/privacy/index.js";
import {candidate, type GateRule, runEval} from "../../src/evals/runner/index.js";
import {type Project, server, words, wordsEval, wordsProject} from "../evals/runner/support/project.js";
import {assay} from "../support/assay.js";
import {assayHere, definitionFile} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {openBrowser} from "../support/browser.js";
import {type ModelServer, startModelServer} from "../support/modelServer.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

type Junit = [suite: Record<string, string>, cases: string[][]];

describe("assay check", () => {
  let model: ModelServer;
  let folder: string;
  let project: Project;
  let before: string;
  let write: (text: string) => Promise<string>;
  /** The share of rows, in twentieths, that the model's newer version gets wrong. */
  let wrong = 0;
  let browser: Browser | undefined;
  beforeAll(async () => {
    browser = await openBrowser();
    model = await startModelServer({
      models: ["m"],
      answer: ({prompt}) => {
        const words = prompt.split(" ");
        return (Number(words[1]) * 7) % 20 < wrong ? "wrong" : words.at(-1)!;
      }
    });
    folder = await temporaryProject();
    await mkdir(join(folder, "evals"));
    write = definitionFile(join(folder, "evals"), "words.eval.ts");
    for (const name of ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"]) vi.stubEnv(name, undefined);
    project = await wordsProject(folder, 800);
    const inputs = {...project, evalName: "words", options: {preflight: false, noReuse: true}};
    const definition = () => {
      const endpoint = server(model.url);
      return wordsEval(endpoint, {candidates: [candidate("m", endpoint, "m")]});
    };
    before = (await runEval(definition(), inputs)).manifest!.id;
    wrong = 5;
    await new Promise((done) => setTimeout(done, 5));
    await runEval(definition(), inputs);
    project.store.refresh();
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    project.store.close();
    await model.close();
    await browser?.close();
  });

  /** The first suite as a browser's XML parser reads it, which refuses what is not well-formed. */
  async function readJunit(browser: Browser, text: string): Promise<Junit> {
    const page = await browser.newPage();
    return page.evaluate((source): Junit => {
      const read = new DOMParser().parseFromString(source, "application/xml");
      const fault = read.querySelector("parsererror");
      if (fault) throw new Error(fault.textContent ?? "not XML");
      const found = read.documentElement.children[0]!;
      return [
        Object.fromEntries([...found.attributes].map(({name, value}) => [name, value])),
        [...found.children].map((one) => [
          one.getAttribute("name") ?? "",
          ...[...one.children].map(({tagName}) => tagName)
        ])
      ];
    }, text);
  }

  const stated = (gate: GateRule[], more: string, engine: string) =>
    `import {candidate, exactMatch, openAICompatible} from ${JSON.stringify(engine)};
const endpoint = openAICompatible({name: "local", baseUrl: ${JSON.stringify(model.url)}, hosting: "on-prem", trust: "local"});
export default {name: "words", dataset: "words", split: {strategy: "group", validation: 0, test: 0.5}, candidates: [candidate("m", endpoint, "m")], prompt: "{{text}}", expected: "answer", scorers: {exact: exactMatch}, slices: ["topic"], ${more}, gate: ${JSON.stringify(gate)}};\n`;

  async function check(gate: GateRule[], args: string[] = [], more = "repeats: 1") {
    await write(stated(gate, more, compiled("index.js")));
    const {code, stdout, stderr} = await assayHere(folder, "check", ...args);
    return {code, out: stdout + stderr};
  }

  /** The same as a process of its own, and the eval's file. */
  async function checkProcess(gate: GateRule[], args: string[] = []) {
    const file = await write(stated(gate, "repeats: 1", compiled("bundle/index.js")));
    const {code, stdout, stderr} = await assay(folder, "check", ...args);
    return {code, out: stdout + stderr, stdout, file};
  }

  it("exits 0 when every rule passes", async () => {
    const {code, out} = await checkProcess([
      {minScore: 0.4, maxFailureShare: 0, maxP95LatencyMs: 60_000, maxLeakageShare: 1}
    ]);
    expect(out).toMatch(/pass .*score at least 40\.0/);
    expect(out).toMatch(/share of leaked test rows at most 100\.0%/);
    expect(out).toMatch(/share of failed rows at most 0\.0% +0\.0% \(0 of \d+\)/);
    expect(out).toMatch(/latency at most 60000 ms +[\d.]+ ms \([\d.]+ to [\d.]+\) over \d+ answers/);
    expect(code).toBe(0);
  });

  it(
    "exits 100 when the candidate is worse than in the run named, or in the previous one",
    {tags: ["long"]},
    async () => {
      for (const baselineRun of ["previous", before]) {
        const {code, out} = await check([{maxRegression: 0.05, baselineRun}]);
        expect(code).toBe(100);
        expect(out).toMatch(new RegExp(`fail .*not more than 5\\.0 points below run ${before}`));
      }
    }
  );

  it("decides with the run's margin, and says that the eval states another", async () => {
    const md = join(folder, "margin.md");
    const shown = async (more: string) => {
      const {out} = await check([], ["--markdown", md], more);
      return {out: out.replace(/\s+/g, " "), comment: await readFile(md, "utf8")};
    };
    const same = await shown("margin: 0.01");
    const other = await shown("margin: 0.4");
    const text =
      /the run was decided with a margin of 1\.0 points, the eval now states 40\.0 points\. .*assay run.* decides with that/;
    expect(other.out).toMatch(text);
    expect(other.comment).toMatch(text);
    expect(other.comment.replace(/^Margin: .*\n/m, "")).toBe(same.comment);
    expect(same.out).not.toMatch(/margin/);
  });

  it("exits 101 when rows do not decide, and says how many more would", async () => {
    const [{mean}] = (await project.store.rows<{mean: number}>(
      "select avg(value)::double as mean from scores where run <> $before and scorer = 'exact'",
      {before}
    )) as [{mean: number}];
    const {code, out} = await check([{minScore: mean - 0.01}]);
    expect(code).toBe(101);
    expect(out).toMatch(/undecided .* [\d,]{3,}\s*$/m);
    expect((await check([{maxRegression: 0.05, baselineRun: "no-such"}])).code).toBe(101);
  });

  it("exits 0 with a warning where an eval lets undecided gates warn, and 100 where one fails all the same", async () => {
    const junit = join(folder, "warn.xml");
    const lenient = 'undecided: "warn"';
    const open: GateRule = {maxRegression: 0.05, baselineRun: "no-such"};
    const {code, out} = await check([open], ["--junit", junit], lenient);
    expect(out).toMatch(
      /undecided .*! Gates of words are undecided\. They do not count: `undecided: "warn"`/s
    );
    expect(code).toBe(0);
    expect(await readFile(junit, "utf8")).toMatch(/errors="0".*<skipped message="undecided: /s);
    expect((await check([open, {minScore: 0.99}], [], lenient)).code).toBe(100);
  });

  it("exits 1 on an eval that cannot be read", async () => {
    await check([]);
    await writeFile(join(folder, "evals", "broken.eval.ts"), "export default 1 +;");
    const {code, out} = await check([{minScore: 0.1}]);
    await rm(join(folder, "evals", "broken.eval.ts"));
    expect(code).toBe(1);
    expect(out).toMatch(/broken\.eval\.ts: it could not be loaded/);
  });

  it("counts rows with unresolved personal data once the version was scanned", async () => {
    expect((await check([{maxPersonalDataRows: 0}])).code).toBe(101);
    await scanVersion(project.store, project.version);
    const {code, out} = await check([{maxPersonalDataRows: 0}]);
    expect(out).toMatch(/pass .*at most 0 rows with unresolved personal data .*0 of 800 rows/);
    expect(code).toBe(0);
  });

  it("writes JUnit XML, GitHub's annotations and summary, and a comment that begins with what to do", async () => {
    const [xml, md, summary] = ["gates.xml", "comment.md", "summary.md"].map((name) =>
      join(folder, name)
    ) as [string, string, string];
    const never = join(folder, "evals", "never.eval.ts");
    const text = stated([{minScore: 0.5}], "repeats: 1", compiled("bundle/index.js"));
    await writeFile(never, text.replace('name: "words", ', ""));
    vi.stubEnv("GITHUB_ACTIONS", "true");
    vi.stubEnv("GITHUB_STEP_SUMMARY", summary);
    const {code, out, stdout, file} = await checkProcess(
      [{maxCostUsdPerThousand: 1}, {minScore: 0.4}, {maxRegression: 0.05, baselineRun: "previous"}],
      ["--json", "--junit", xml, "--markdown", md]
    );
    for (const name of ["GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"]) vi.stubEnv(name, undefined);
    await rm(never);
    expect(code).toBe(100);
    expect(JSON.parse(stdout)).toMatchObject([{eval: "words"}, {eval: "never", split: "group", run: null}]);
    const gateOf = `file=evals/${file},title=Assay gate::words .*`;
    expect(out).toMatch(new RegExp(`^::error ${gateOf}not more than 5\\.0 points below run`, "m"));
    expect(out).toMatch(new RegExp(`^::warning ${gateOf}cost of a thousand rows.*state a price`, "m"));
    expect(out).toMatch(
      /^::warning file=evals\/never\.eval\.ts,title=Assay gate::never \(group\): .*has no run/m
    );

    if (browser) {
      const [suite, cases] = await readJunit(browser, await readFile(xml, "utf8"));
      expect(suite).toMatchObject({tests: "3", failures: "1", errors: "1"});
      expect(cases.map(([, ...inner]) => inner)).toEqual([["error"], [], ["failure"]]);
      expect(await readFile(xml, "utf8")).toMatch(
        /<testsuite name="never \(group\)" tests="1" failures="0" errors="1">/
      );
    }

    const comment = await readFile(md, "utf8");
    expect(comment).toMatch(/^### Assay: 1 of 4 gates fails, 2 undecided\n\n/);
    expect(comment).toMatch(/^\*\*never\*\* \(group\): it states a gate and has no run\./m);
    const lines = comment.split("\n").slice(2);
    expect(lines[0]).toMatch(/^\*\*words\*\* \(.*\): Take m: there is no other candidate/);
    expect(lines[1]).toMatch(/^Verdict: m scored /);
    expect(lines[2]).toMatch(
      /^Changed: m [\d.]+ → [\d.]+ \(−[\d.]+, .*\) against words-\w+ on \d+ rows, 0 better and \d+ worse; beyond chance: m regressed\. {2}$/
    );
    expect(lines[3]).toBe("Gates: 1 of 3 pass.");
    expect(lines[4]).toMatch(/^- \*\*fail\*\*: m, /);
    expect(lines[5]).toMatch(/^- \*\*undecided\*\*: m, cost of a thousand rows/);
    expect(await readFile(summary, "utf8")).toBe(comment);
  });

  it("says that the run is of an older version than the newest pulled, and judges it all the same", async () => {
    const gate = [{minScore: 0.4}];
    expect((await check(gate)).out).not.toContain("newest version pulled");
    const {version} = await pull(project.store.workspace, words(801));
    const {code, out} = await check(gate);
    expect(out.replaceAll(/\s+/g, " ")).toContain(
      `! words (group): the run is of words@${project.version.id.slice(0, 8)}, and ${version.id.slice(0, 8)} is the newest version pulled. \`assay run\` makes one of that.`
    );
    expect(code).toBe(0);
  });
});

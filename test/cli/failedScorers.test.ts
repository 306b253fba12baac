// @module-tag long
import {mkdir, readFile, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {expect, it} from "vitest";
import {refuseExit} from "../../src/cli/project/refuseExit.js";
import {assay} from "../support/assay.js";
import {assayHere} from "../support/assayHere.js";
import {compiled} from "../support/compiledEngine.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

const engine = compiled("bundle/index.js");

it("says which scorers failed where no call did, in the run, its verdict and a comment", async () => {
  const folder = await temporaryProject();
  for (const name of ["data-loaders", "evals"]) await mkdir(join(folder, name));
  await writeFile(join(folder, "package.json"), JSON.stringify({type: "module"}));
  await writeFile(
    join(folder, "data-loaders", "sums.ts"),
    `import {defineDataset} from ${JSON.stringify(engine)};
export const rows = Array.from({length: 80}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: String(i % 2)}));
export default defineDataset({name: "sums", id: "id", text: "text", label: "answer", sensitivity: "public", source: {kind: "rows", rows: () => rows}});`
  );
  await writeFile(
    join(folder, "evals", "sums.eval.ts"),
    `import {candidate, defineEval, humanLabels, normalizedMatch, recorded} from ${JSON.stringify(engine)};
import dataset, {rows} from "../data-loaders/sums.js";
const answers = rows.map(({id, answer}) => ({id, output: answer}));
const thrower = () => {
  throw new Error("no field total");
};
const odd = ({output}) => (output === "1" ? {failed: "an odd number"} : 1);
const people = humanLabels([{id: "s0", output: "0", score: 1}]);
export default defineEval({dataset, split: {strategy: "random", test: 0.5, validation: 0}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("one", recorded({name: "answers", rows: answers}), "m")],
  scorers: {exact: normalizedMatch(), odd, thrower, people}, gate: [{minScore: 0.6}]});`
  );
  const run = await assayHere(folder, "run");
  expect(run.code).toBe(0);
  const [, of] = /thrower gave (\d+) of \1 answers no score/.exec(run.stdout)!;
  const [, few] = /, odd (?:gave )?(\d+) of|and odd gave (\d+) of/.exec(run.stdout)!.filter(Boolean);
  const risk = `thrower gave ${of} of ${of} answers no score and odd gave ${few} of ${of} answers no score.`;
  expect(Number(few)).toBeLessThan(Number(of));
  expect(run.stdout.replaceAll(/\s+/g, " ")).toContain(`! ${risk}`);
  expect(run.stdout).toMatch(new RegExp(`^ *${of} +one +scorer thrower: .*no field total`, "m"));
  expect(run.stdout).toMatch(new RegExp(`^ *${few} +one +scorer odd: an odd number`, "m"));
  expect(run.stdout).not.toMatch(/nobody labelled|Ask again|people/);
  expect((await assayHere(folder, "verdict", "sums")).stdout.replaceAll(/\s+/g, " ")).toContain(`! ${risk}`);
  expect((await assayHere(folder, "check", "--markdown", "comment.md")).code).toBe(0);
  expect(await readFile(join(folder, "comment.md"), "utf8")).toContain(`Risk: ${risk}`);
});

/** A project whose eval of eight rows has this scorer, on the sixth line of its file. */
async function projectScoring(scorer: string): Promise<string> {
  const folder = await temporaryProject();
  await mkdir(join(folder, "evals"));
  await writeFile(
    join(folder, "evals", "ends.eval.ts"),
    `import {candidate, defineDataset, defineEval, recorded} from ${JSON.stringify(engine)};
const rows = Array.from({length: 8}, (_, i) => ({id: "s" + i, text: "what is " + i, answer: "1", part: "test"}));
const dataset = defineDataset({name: "ends", id: "id", sensitivity: "public", source: {kind: "rows", rows: () => rows}});
export default defineEval({dataset, split: {strategy: "given", column: "part"}, prompt: "{{text}}", expected: "answer",
  candidates: [candidate("one", recorded({name: "answers", rows: rows.map(({id}) => ({id, output: "1"}))}), "m")],
  scorers: {ends: async () => ${scorer}}});`
  );
  return folder;
}

it.each(["process.exit(0)", "(await undefined, process.exit(0))"])(
  "a scorer that ends the process is named, and the run does not end as if it were done: %s",
  async (call) => {
    const folder = await projectScoring(call);
    const {code, stdout} = await assayHere(folder, "run");
    expect(code).toBe(1);
    expect(stdout).toMatch(
      / 8 +one +scorer ends: .*evals\/ends\.eval\.ts line \d+ calls process\.exit\. Take that/
    );
  }
);

it.each([
  [
    "thrown",
    "(setTimeout(() => { throw new Error('too late'); }), new Promise((go) => setTimeout(go, 500, 1)))"
  ],
  ["rejected", "(void Promise.reject(new Error('too late')), new Promise((go) => setTimeout(go, 500, 1)))"]
])("an error %s after its call is said once, with its file and line, and ends the run", async (_, scorer) => {
  const {code, stderr} = await assay(await projectScoring(scorer), "run");
  expect(code).toBe(1);
  expect(stderr.match(/^assay: .*/gm)).toEqual([
    expect.stringMatching(
      /^assay: evals\/ends\.eval\.ts line 6: too late\. The project's own code threw this/
    )
  ]);
});

it("details that hold themselves are no score, and end nothing", async () => {
  const own = "((own) => ({value: 1, details: Object.assign(own, {own})}))({})";
  const {code, stdout} = await assayHere(await projectScoring(own), "run");
  expect(code).toBe(1);
  expect(stdout).toMatch(/ 8 +one +scorer ends: /);
});

it("holds though something else has set process.exit since", () => {
  const {exit} = process;
  const foreign = exit.bind(process);
  process.exit = foreign;
  refuseExit("/no/such/project");
  expect(process.exit).not.toBe(foreign);
  process.exit = exit;
});

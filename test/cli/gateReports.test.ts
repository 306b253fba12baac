import {describe, expect, it} from "vitest";
import type {CheckedRun} from "../../src/report/gates/index.js";
import {gatesAsAnnotations, gatesAsJunit, gatesAsMarkdown} from "../../src/report/gates/gateReports.js";

const name = 'a\n# title @team #12 <img src=x onerror="y"> | `c` \uffff::error::';
const checked = [
  {
    eval: "e",
    path: "evals/e.eval.ts",
    split: "s",
    run: "r",
    report: {
      verdict: {
        action: `Switch to ${name}.`,
        sentence: `Pick ${name}.`,
        risks: [{kind: "failures", sentence: name}]
      }
    },
    results: [{candidate: name, rule: "minScore", status: "fail", message: `${name} fell`}]
  }
] as unknown as CheckedRun[];

describe("a comment", () => {
  it("writes what changed on the scorer's scale", () => {
    const change = {
      before: "r0",
      differs: [],
      sameScorer: true,
      candidates: [
        {candidate: "a", before: 4.1, after: 3.85, difference: -0.25, low: -0.4, high: -0.1, rows: 9}
      ].map((one) => ({...one, better: [], worse: ["x"], newlyFailed: [], status: "regressed"}))
    };
    const textOf = (scale: string) =>
      gatesAsMarkdown({
        checked: [
          {...checked[0]!, change, report: {verdict: {action: "", sentence: "", risks: [], best: "a", scale}}}
        ] as unknown as CheckedRun[]
      });
    expect(textOf("plain")).toContain("a 4.1 → 3.85 (−0.25, −0.4 to −0.1) against r0 on 9 rows");
    expect(textOf("proportion")).toContain("a 410.0 → 385.0 (−25.0, −40.0 to −10.0)");
    expect(textOf("plain")).toContain("beyond chance: a regressed.  ");
  });

  it("names what else is not the same, and calls no change a regression then", () => {
    const changed = {
      difference: -0.25,
      low: -0.4,
      high: -0.1,
      before: 0.8,
      after: 0.55,
      rows: 9,
      better: [],
      worse: ["x"]
    };
    const candidates = [
      {candidate: "a", status: "regressed", ...changed},
      {candidate: "b", status: "improved", ...changed}
    ];
    const textOf = (differs: string[], sameScorer: boolean) => {
      const change = {before: "r0", differs, sameScorer, candidates};
      return gatesAsMarkdown({checked: [{...checked[0]!, change}] as unknown as CheckedRun[]});
    };
    expect(textOf(["the scorer"], false)).toContain(
      "beyond chance: a scored lower, b scored higher; not the same: the scorer.  "
    );
    expect(textOf(["the prompt"], true)).toContain(
      "beyond chance: a regressed, b improved; not the same: the prompt.  "
    );
  });
});

it("names the worst risk, and beside it that answers were cut or come from several models", () => {
  const risk = (kind: string, moves?: number) => ({kind, sentence: `of ${kind} ${moves ?? ""}`, moves});
  const risks = [risk("split", 1), risk("answerer"), risk("answers"), risk("partial"), risk("answerer", 0)];
  const [one] = checked;
  const report = {...one!.report, verdict: {...one!.report.verdict, risks}};
  const text = gatesAsMarkdown({checked: [{...one!, report}] as unknown as CheckedRun[]});
  expect(text.split("\n").filter((line) => line.startsWith("Risk:"))).toEqual([
    "Risk: of split 1  ",
    "Risk: of answerer   ",
    "Risk: of answers   "
  ]);
});

it("says of one row that it would decide an undecided rule", () => {
  const results = [1, 2].map((rowsNeeded) => ({
    ...checked[0]!.results[0]!,
    status: "undecided" as const,
    rowsNeeded
  }));
  const text = gatesAsMarkdown({checked: [{...checked[0]!, results}]});
  expect(text).toMatch(/about 1 more row would decide it/);
  expect(text).toMatch(/about 2 more rows would decide it/);
});

describe("a candidate's name", () => {
  it("makes no heading, mention, link or element in a comment", () => {
    const text = gatesAsMarkdown({checked});
    expect(text.split("\n").filter((line) => line.startsWith("#"))).toEqual(["### Assay: the gate fails"]);
    expect(text).toContain("@<!-- -->team #<!-- -->12 \\<img");
    expect(text).not.toMatch(/[^\\]<img|@team|#12/);
  });

  it("makes no second command in GitHub's log", () => {
    expect(gatesAsAnnotations({checked}).split("\n")).toHaveLength(1);
    expect(gatesAsAnnotations({checked})).toMatch(
      /^::error file=evals\/e\.eval\.ts,title=Assay gate::e \(s\), a%0A# title/
    );
  });

  it("leaves JUnit XML well-formed", () => {
    const text = gatesAsJunit({checked});
    expect(text).toContain("&lt;img src=x onerror=&quot;y&quot;&gt;");
    expect(text).not.toMatch(/[\ufffe\uffff]|<img/);
  });
});

describe("an eval that cannot be loaded", () => {
  const path = "evals/zz.eval.ts";
  const broken = [{path, message: `${path}: Cannot find module '<b>@team</b>'`}];
  const result = {...checked[0]!.results[0]!, candidate: "c", message: "fine", status: "pass" as const};
  const passing = (count: number) => [{...checked[0]!, results: Array.from({length: count}, () => result)}];
  const heading = (text: string) => text.split("\n")[0];

  it("heads the comment, so that nobody reads that all gates pass", () => {
    const text = gatesAsMarkdown({checked: passing(2), broken});
    expect(heading(text)).toBe("### Assay: 1 eval cannot be loaded, 2 gates pass");
    expect(text).toContain(
      "**evals/zz.eval.ts** cannot be loaded: Cannot find module '\\<b\\>@<!-- -->team\\</b\\>'\n\n"
    );
    expect(heading(gatesAsMarkdown({checked: passing(2)}))).toBe("### Assay: all 2 gates pass");
    expect(heading(gatesAsMarkdown({checked: passing(1), broken: [...broken, ...broken]}))).toBe(
      "### Assay: 2 evals cannot be loaded, the gate passes"
    );
    expect(heading(gatesAsMarkdown({checked: [], broken}))).toBe("### Assay: 1 eval cannot be loaded");
  });

  it("is an error in JUnit XML and in GitHub's log", () => {
    const text = gatesAsJunit({checked: passing(2), broken});
    expect(text).toContain(`<testsuite name="${path}" tests="1" failures="0" errors="1">`);
    expect(text).toContain(
      "<error message=\"evals/zz.eval.ts: Cannot find module '&lt;b&gt;@team&lt;/b&gt;'\"/>"
    );
    expect(gatesAsAnnotations({checked: passing(2), broken})).toBe(
      `::error file=${path},title=Assay gate::${path}: Cannot find module '<b>@team</b>'`
    );
  });
});

import {describe, expect, it} from "vitest";
import type {CheckedRun} from "../../src/cli/check.js";
import {annotations, junit, markdown} from "../../src/cli/gateReports.js";

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

describe("a candidate's name", () => {
  it("makes no heading, mention, link or element in a comment", () => {
    const text = markdown(checked);
    expect(text.split("\n").filter((line) => line.startsWith("#"))).toEqual(["### Assay: the gate fails"]);
    expect(text).toContain("@<!-- -->team #<!-- -->12 \\<img");
    expect(text).not.toMatch(/[^\\]<img|@team|#12/);
  });

  it("makes no second command in GitHub's log", () => {
    expect(annotations(checked).split("\n")).toHaveLength(1);
    expect(annotations(checked)).toMatch(
      /^::error file=evals\/e\.eval\.ts,title=Assay gate::e \(s\), a%0A# title/
    );
  });

  it("leaves JUnit XML well-formed", () => {
    const text = junit(checked);
    expect(text).toContain("&lt;img src=x onerror=&quot;y&quot;&gt;");
    expect(text).not.toMatch(/[\ufffe\uffff]|<img/);
  });
});

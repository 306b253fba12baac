import {describe, expect, it} from "vitest";
import {
  checkPiiSentences,
  describeScores,
  isPiiSentences,
  type PiiSentence
} from "../../conformance/readers/piiSentences.js";
import {checkPiiSpans, isPiiSpanScenarios, type PiiSpanScenario} from "../../conformance/readers/piiSpans.js";
import {checkPiiVectors, isPiiVectors, type PiiVector} from "../../conformance/readers/piiVectors.js";
import {sharedRows} from "./shared.js";

const vectors = sharedRows<PiiVector[]>("recogniser cases", isPiiVectors);
const sentences = sharedRows<PiiSentence[]>("annotated sentences", isPiiSentences);
const scenarios = sharedRows<PiiSpanScenario[]>("span scoring scenarios", isPiiSpanScenarios);

describe.skipIf(!vectors)("published recogniser cases", () => {
  it("all agree, but for the two differences that docs/privacy.md argues", () => {
    const cases = checkPiiVectors(vectors!);
    expect(cases).toHaveLength(193);
    expect(
      cases.filter(({outcome}) => outcome !== "agrees" && outcome !== "setting").map(({name}) => name)
    ).toEqual([
      'url: "https://presidio.dataprivacystack.org/"',
      "url: 'https://presidio.dataprivacystack.org/'"
    ]);
  });

  it("three phone cases need the leniency that the file does not carry", () => {
    const set = checkPiiVectors(vectors!).filter(({outcome}) => outcome === "setting");
    expect(set.map(({detail}) => detail)).toEqual(["leniency possible", "leniency exact", "leniency exact"]);
  });
});

describe.skipIf(!sentences)("annotated sentences", () => {
  const result = sentences ? checkPiiSentences(sentences) : undefined;

  it("have one annotation whose words are elsewhere", () => {
    expect(result!.spans).toBe(173);
    expect(result!.wrong).toEqual([{row: 56, type: "PERSON", value: "Ayers", found: "yers,"}]);
  });

  it("are read without an error by every recogniser that has a checksum or a range", () => {
    console.log(describeScores(result!.scores).join("\n"));
    for (const type of ["CREDIT_CARD", "EMAIL_ADDRESS", "IP_ADDRESS", "URL", "US_SSN"])
      expect(result!.scores.get(type), type).toMatchObject({falsePositives: 0, falseNegatives: 0});
  });

  it("give no wrong phone number, four of five people and nearly half of the places", () => {
    expect(result!.scores.get("PHONE_NUMBER")).toMatchObject({truePositives: 9, falsePositives: 0});
    expect(result!.scores.get("PERSON")!.recall).toBeGreaterThan(0.8);
    expect(result!.scores.get("PERSON")!.precision).toBeGreaterThan(0.8);
    expect(result!.scores.get("LOCATION")!.recall).toBeGreaterThan(0.4);
    expect(result!.scores.get("LOCATION")!.precision).toBeGreaterThan(0.4);
  });
});

describe.skipIf(!scenarios)("published span scoring scenarios", () => {
  it("give the published counts", () => {
    const checked = checkPiiSpans(scenarios!);
    expect(checked).toHaveLength(6);
    expect(checked.filter(({agrees}) => !agrees)).toEqual([]);
  });
});

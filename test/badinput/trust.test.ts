import {describe, expect, it} from "vitest";
import {cascade} from "../../src/evals/candidates/index.js";
import {type Endpoint, recorded} from "../../src/inference/endpoints/index.js";
import {passageFor, readTrust, sensitivityOf, trustLevels} from "../../src/data/privacy/index.js";
import type {PrepareContext} from "../../src/evals/runner/define.js";
import {candidate} from "../../src/evals/runner/index.js";
import {refuseOutright} from "../../src/evals/runner/plan/rowsForEndpoints.js";
import type {VersionManifest} from "../../src/base/store/index.js";
import {expectClear, refusalOf} from "./support.js";

const unreadable = [
  "External",
  "EXTERNAL",
  "locale",
  "Local",
  " local",
  "local ",
  "",
  "trusted",
  "report",
  "fine-tuning",
  "__proto__",
  "constructor",
  null,
  undefined,
  true,
  1,
  ["local"],
  {local: true}
];

describe("what cannot be read as trusted", () => {
  it.each(unreadable.map((trust) => [trust]))("is not: trust %j", (trust) => {
    expect(readTrust(trust)).toBe("external");
    const endpoint = {name: "e", trust} as unknown as Endpoint;
    for (const sensitivity of ["personal", "internal"])
      expectClear(
        refusalOf(() =>
          refuseOutright({dataset: "d", sensitivity} as VersionManifest, [{name: "c", endpoint}])
        ),
        'trust "external"',
        "counts as"
      );
  });

  it.each(
    ["Personal", "PERSONAL", "personnal", "", "Public", "secret", null, 1, "__proto__"].map((one) => [one])
  )("is not: sensitivity %j", (sensitivity) => {
    expect(sensitivityOf({sensitivity} as unknown as VersionManifest)).toBe("personal");
    for (const trust of [...trustLevels, "x"])
      expect(passageFor(sensitivity, trust)).toBe(passageFor("personal", trust));
  });

  it.each(["External", "Local", "", undefined])(
    "is not: a cascade with a stage of trust %j",
    async (trust) => {
      const stage = (name: string, own: unknown) => {
        const endpoint = recorded({name, rows: []});
        return candidate(name, {...endpoint, trust: own} as Endpoint, "m");
      };
      const both = [stage("here", "local"), stage("there", trust)];
      const made = cascade("c", both, {signal: "length", thresholds: [1]});
      const {endpoint} = await made.prepare({} as PrepareContext);
      expect(endpoint.trust).toBe("external");
    }
  );

  it("is internal where nothing is said of a dataset", () => {
    expect(sensitivityOf({})).toBe("internal");
    expect(passageFor(undefined, "external")).toBe("none");
  });
});

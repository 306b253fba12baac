import {describe, expect, it} from "vitest";
import {
  type CheckedFinding,
  checkPrivacy,
  passageTable,
  trustLevels
} from "../../../src/data/privacy/index.js";

const mail: CheckedFinding = {type: "EMAIL_ADDRESS", rule: "email/tld", score: 1, column: "body"};
const link: CheckedFinding = {type: "URL", rule: "url/scheme", score: 0.6};
const findings = new Map<string, CheckedFinding[]>([
  ["clean", []],
  ["mail", [mail]],
  ["masked", [{...mail, action: "mask"}]],
  ["kept", [{...mail, action: "keep"}]],
  ["accepted", [{...mail, action: "keep", accepted: "an address of the company"}]],
  ["link", [link]],
  ["faint", [{...mail, score: 0.1}]]
]);

describe("the privacy check", () => {
  it("lets everything stay on this machine", () => {
    for (const sensitivity of ["public", "internal", "personal"] as const)
      expect(checkPrivacy({endpointTrust: "local", sensitivity, findings})).toMatchObject({
        passage: "all",
        refused: []
      });
  });

  it("holds rows with unresolved findings before they go to a processor, and says which and why", () => {
    const verdict = checkPrivacy({endpointTrust: "contract", sensitivity: "internal", findings});
    expect(verdict.allowed).toEqual(["clean", "masked", "accepted", "link", "faint"]);
    expect(verdict.refused).toEqual([
      {row: "mail", rules: ["EMAIL_ADDRESS by email/tld in body"]},
      {row: "kept", rules: ["EMAIL_ADDRESS by email/tld in body"]}
    ]);
    expect(verdict.message).toBe(
      '2 of 7 rows may not go to an endpoint of trust "contract": unresolved findings in a dataset of sensitivity "internal". Rows: mail, kept. Rules: EMAIL_ADDRESS by email/tld in body (2). Mask, replace or pseudonymise these findings, accept them with a reason (`assay pii NAME --accept RULE --reason "…"`), or choose an endpoint of higher trust.'
    );
  });

  it("lets no row of internal or personal data go to anyone else, clean or not", () => {
    for (const sensitivity of ["internal", "personal"] as const) {
      const verdict = checkPrivacy({endpointTrust: "external", sensitivity, findings});
      expect(verdict.allowed).toEqual([]);
      expect(verdict.message).toContain(`No row of a dataset of sensitivity "${sensitivity}" may go`);
      expect(verdict.message).toContain("and 2 more");
    }
    expect(checkPrivacy({endpointTrust: "external", sensitivity: "public", findings}).allowed).toContain(
      "clean"
    );
  });

  it("holds exports for fine-tuning and reports to clean rows, whatever the sensitivity", () => {
    for (const endpointTrust of ["fine-tuning", "report"] as const)
      for (const sensitivity of ["public", "internal", "personal"] as const)
        expect(checkPrivacy({endpointTrust, sensitivity, findings}).refused.map(({row}) => row)).toEqual([
          "mail",
          "kept"
        ]);
  });

  it("holds a row for a finding of just the least score that counts", () => {
    const at = (minScore: number) =>
      checkPrivacy({
        endpointTrust: "contract",
        sensitivity: "public",
        findings: new Map([["row", [{...mail, score: 0.6}]]]),
        minScore
      }).allowed;
    expect(at(0.6)).toEqual([]);
    expect(at(0.61)).toEqual(["row"]);
  });

  it("refuses a row that was never scanned, and says to scan", () => {
    const verdict = checkPrivacy({
      endpointTrust: "contract",
      sensitivity: "public",
      findings,
      rows: ["clean", "new"]
    });
    expect(verdict).toMatchObject({allowed: ["clean"], refused: [{row: "new", rules: ["not scanned"]}]});
    expect(verdict.message).toMatch(/Scan this version/);
  });

  it("takes a dataset that does not say as internal", () => {
    expect(checkPrivacy({endpointTrust: "external", findings}).passage).toBe("none");
    expect(checkPrivacy({endpointTrust: "internal", findings}).passage).toBe("all");
  });

  it("says nothing about no rows", () => {
    expect(checkPrivacy({endpointTrust: "external", sensitivity: "personal", findings: new Map()})).toEqual({
      passage: "none",
      allowed: [],
      refused: []
    });
  });

  it("never opens as trust falls or sensitivity rises", () => {
    const rank = {all: 0, clean: 1, none: 2};
    const order = ["public", "internal", "personal"] as const;
    for (const [row, sensitivity] of order.entries())
      for (const [column, trust] of trustLevels.entries()) {
        const here = rank[passageTable[sensitivity][trust]];
        if (column > 0)
          expect(here).toBeGreaterThanOrEqual(rank[passageTable[sensitivity][trustLevels[column - 1]!]]);
        if (row > 0) expect(here).toBeGreaterThanOrEqual(rank[passageTable[order[row - 1]!][trust]]);
      }
  });
});

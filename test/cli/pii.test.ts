import {mkdir} from "node:fs/promises";
import {join} from "node:path";
import {afterEach, describe, expect, it, vi} from "vitest";
import {piiVerb} from "../../src/cli/data/pii.js";
import {defineDataset, pull, purge} from "../../src/data/datasets/index.js";
import {openWorkspace} from "../../src/base/store/index.js";
import {printed} from "../support/printed.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

afterEach(() => vi.unstubAllEnvs());

describe("assay pii", () => {
  it("prints what was found by type and rule without the words, and marks what is accepted", async () => {
    const project = await temporaryProject();
    await mkdir(join(project, "data-loaders"));
    vi.stubEnv("ASSAY_PROJECT", project);
    const rows = [
      {id: "1", body: "write to ada@example.org"},
      {id: "2", body: "card 4111 1111 1111 1111"},
      {id: "3", body: "nothing"}
    ];
    await pull(
      await openWorkspace(project),
      defineDataset({name: "mails", id: "id", source: {kind: "rows", rows: () => rows}})
    );

    const text = await printed(() => piiVerb("mails", {}));
    expect(text).toContain("2 findings in 2 of 3 rows");
    expect(text).toMatch(/CREDIT_CARD +credit-card\/luhn +1\.00 +1 +1 +keep +0/);
    expect(text).toMatch(/EMAIL_ADDRESS +email\/tld +1\.00 +1 +1 +keep +0/);
    expect(text).not.toMatch(/ada|4111/);

    const accepted = await printed(() => piiVerb("mails", {accept: "email/tld", reason: "made up"}));
    expect(accepted).toMatch(/EMAIL_ADDRESS +email\/tld +1\.00 +1 +1 +keep +1/);
    const json = JSON.parse(await printed(() => piiVerb("mails", {json: true}))) as {
      scanned: boolean;
      ledger: {types: Record<string, {accepted?: number}>};
    };
    expect(json.scanned).toBe(false);
    expect(json.ledger.types.EMAIL_ADDRESS!.accepted).toBe(1);
    await expect(piiVerb("mails", {reason: "why"})).rejects.toThrow(/--accept/);
  });

  it("names the columns that were not scanned, and why", async () => {
    const project = await temporaryProject();
    await mkdir(join(project, "data-loaders"));
    vi.stubEnv("ASSAY_PROJECT", project);
    await pull(
      await openWorkspace(project),
      defineDataset({
        name: "mails",
        id: "id",
        source: {kind: "rows", rows: () => [{id: "1", body: "hi", phone: 14155552671, paid: true}]},
        sql: "select *, date '2026-01-02' as day from source"
      })
    );
    const text = await printed(() => piiVerb("mails", {}));
    expect(text).toMatch(/PHONE_NUMBER .*\+context/);
    expect(text).toContain("scanned now: id, body, phone;");
    expect(text).toContain("not scanned: paid (BOOLEAN: yes or no), day (DATE: dates and times)");
    const {unscanned} = JSON.parse(await printed(() => piiVerb("mails", {json: true}))) as {
      unscanned: object[];
    };
    expect(unscanned).toContainEqual({column: "day", type: "DATE", reason: "dates and times"});
  });

  it("counts what is there after a purge", async () => {
    const project = await temporaryProject();
    await mkdir(join(project, "data-loaders"));
    vi.stubEnv("ASSAY_PROJECT", project);
    const rows = [
      {id: "1", body: "ada@example.org, ada@example.com"},
      {id: "2", body: "card 4111 1111 1111 1111"},
      {id: "3", body: "write to bob@example.org"},
      {id: "4", body: "nothing"}
    ];
    const workspace = await openWorkspace(project);
    await pull(workspace, defineDataset({name: "mails", id: "id", source: {kind: "rows", rows: () => rows}}));
    expect(await printed(() => piiVerb("mails", {}))).toContain("4 findings in 3 of 4 rows");
    await purge(workspace, "mails", {where: "id in ('2', '3')", reason: "asked for"});
    const {scanned, ledger, rules} = JSON.parse(await printed(() => piiVerb("mails", {json: true}))) as {
      scanned: boolean;
      ledger: object;
      rules: unknown[];
    };
    expect(scanned).toBe(false);
    expect(ledger).toMatchObject({rows: 2, rowsWithFindings: 1, findings: 2});
    expect(ledger).toHaveProperty("types", {
      EMAIL_ADDRESS: {findings: 2, rows: 1, rules: {"email/tld": 2}, actions: {keep: 2}}
    });
    expect(rules).toMatchObject([{type: "EMAIL_ADDRESS", found: 2, rows: 1}]);
  });
});

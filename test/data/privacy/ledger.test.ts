import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {
  checkPrivacy,
  ledgerSummary,
  scanRow,
  scanVersion,
  versionFindings
} from "../../../src/data/privacy/index.js";
import {openStore} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {datasetDir} from "../../support/folders.js";

const key = Buffer.from("a key of more than sixteen bytes");

describe("one row's ledger", () => {
  it("says where, by which rule, how sure and what was done, and never what", () => {
    const {row, entries} = scanRow(
      "r1",
      {body: "call ada@example.org", phone: "(415) 555-0132", age: 36, note: null},
      ["body", "phone", "age", "note"],
      {policy: {default: "replace", types: {EMAIL_ADDRESS: "pseudonym"}, key}}
    );
    expect(row).toEqual({
      body: expect.stringMatching(/^call <EMAIL_ADDRESS:[a-z]{16}>$/),
      phone: "<PHONE_NUMBER>",
      age: 36,
      note: null
    });
    expect(entries).toEqual([
      {
        row_id: "r1",
        column: "body",
        type: "EMAIL_ADDRESS",
        start: 5,
        end: 20,
        rule: "email/tld",
        score: 1,
        action: "pseudonym",
        preview: "***@*******.***",
        pseudonym: expect.stringMatching(/^[a-z]{16}$/)
      },
      expect.objectContaining({
        column: "phone",
        type: "PHONE_NUMBER",
        score: 0.75,
        action: "replace",
        preview: "(***) ***-****"
      })
    ]);
    expect(JSON.stringify(entries)).not.toMatch(/ada|415|0132/);
  });

  it("changes nothing without a policy, and has no pseudonym without a key", () => {
    const {row, entries} = scanRow("r1", {body: "ada@example.org"}, ["body", "missing"]);
    expect(row).toEqual({body: "ada@example.org"});
    expect(entries).toMatchObject([{action: "keep"}]);
    expect(entries[0]).not.toHaveProperty("pseudonym");
  });
});

describe("a version's ledger", () => {
  it("is kept beside the version, counts by type, and feeds the privacy check", async () => {
    const workspace = await temporaryWorkspace();
    const rows = [
      {id: "1", body: "Nothing here", code: "AB"},
      {id: "2", body: "From ada@example.org and bob@example.org", code: "CD"},
      {id: "3", body: "My card 4111 1111 1111 1111", code: "EF"}
    ];
    const store = await openStore(workspace);
    try {
      await pull(
        store.workspace,
        defineDataset({name: "mails", id: "id", source: {kind: "rows", rows: () => rows}}),
        {
          store
        } as never
      );
      store.refresh();
      const version = (await store.latestVersion("mails"))!;
      expect(await ledgerSummary(store, version)).toBeUndefined();
      expect(await versionFindings(store, version)).toEqual(new Map());

      const summary = await scanVersion(store, version, {
        policy: {default: "keep", types: {CREDIT_CARD: "replace"}, key}
      });
      expect(await ledgerSummary(store, version)).toEqual(summary);
      expect(summary).toMatchObject({
        rows: 3,
        rowsWithFindings: 2,
        findings: 3,
        minScore: 0.3,
        layers: ["patterns", "secrets"]
      });
      expect(summary.types.EMAIL_ADDRESS).toEqual({
        findings: 2,
        rows: 1,
        rules: {"email/tld": 2},
        actions: {keep: 2}
      });

      const findings = await versionFindings(store, version);
      const verdict = checkPrivacy({endpointTrust: "contract", sensitivity: "internal", findings});
      expect([...verdict.allowed].sort()).toEqual(["1", "3"]);
      expect(verdict.refused).toEqual([{row: "2", rules: ["EMAIL_ADDRESS by email/tld in body"]}]);

      const folder = datasetDir(store.workspace, "mails", version.id);
      const stored =
        (await readFile(join(folder, "ledger.json"), "utf8")) +
        (await readFile(join(folder, "ledger.parquet"), "latin1"));
      expect(stored).not.toMatch(/ada|bob|4111|sixteen bytes/);
      const ledger = await store.rows(`select * from read_parquet('${join(folder, "ledger.parquet")}')`);
      expect(JSON.stringify(ledger)).not.toMatch(/ada|bob|4111|sixteen bytes/);
      expect(ledger).toHaveLength(3);
    } finally {
      store.close();
    }
  });

  it("of a column that does not exist is refused with the columns there are", async () => {
    const store = await openStore(await temporaryWorkspace());
    try {
      await pull(
        store.workspace,
        defineDataset({name: "mails", source: {kind: "rows", rows: () => [{body: "x"}]}}),
        {
          store
        } as never
      );
      store.refresh();
      const version = (await store.latestVersion("mails"))!;
      await expect(scanVersion(store, version, {columns: ["text"]})).rejects.toThrow(/no column text.*body/);
    } finally {
      store.close();
    }
  });
});

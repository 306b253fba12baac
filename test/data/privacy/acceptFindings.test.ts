import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {
  acceptFindings,
  acceptances,
  ensureLedger,
  ledgerSummary,
  refusedRows,
  scanVersion
} from "../../../src/data/privacy/index.js";
import {openStore, type Store, type VersionManifest} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const first = [
  {id: "1", body: "nothing here", parts: [{say: "nothing"}]},
  {id: "2", body: "write to ada@example.org", parts: [{say: "nothing"}]},
  {id: "3", body: "card 4111 1111 1111 1111", parts: [{say: "nothing"}]},
  {id: "4", body: "nothing here either", parts: [{say: "or to bob@example.org"}]}
];

async function pulled(rows: object[], store?: Store): Promise<{store: Store; version: VersionManifest}> {
  const opened = store ?? (await openStore(await temporaryWorkspace()));
  const definition = defineDataset({
    name: "mails",
    id: "id",
    sensitivity: "personal",
    source: {kind: "rows", rows: () => rows}
  });
  const {version} = await pull(opened.workspace, definition);
  opened.refresh();
  return {store: opened, version};
}

describe("a version's ledger", () => {
  it("is made once, and again when more is asked for", async () => {
    const {store, version} = await pulled(first);
    try {
      expect((await ensureLedger(store, version)).scanned).toBe(true);
      const again = await ensureLedger(store, version);
      expect(again.scanned).toBe(false);
      expect(again.summary).toEqual(await ledgerSummary(store, version));
      const named = await ensureLedger(store, version, {layers: ["patterns", "secrets", "names"]});
      expect(named.scanned).toBe(true);
      expect((await ensureLedger(store, version)).summary.layers).toContain("names");
    } finally {
      store.close();
    }
  });

  it("is one view over all versions that were scanned, and empty before", async () => {
    const {store, version} = await pulled(first);
    try {
      const counted =
        "select dataset, version, type, count(*)::int as n from ledger group by all order by type";
      expect(await store.rows(counted)).toEqual([]);
      await ensureLedger(store, version);
      store.refresh();
      expect(await store.rows(counted)).toEqual([
        {dataset: "mails", version: version.id, type: "CREDIT_CARD", n: 1},
        {dataset: "mails", version: version.id, type: "EMAIL_ADDRESS", n: 2}
      ]);
    } finally {
      store.close();
    }
  });

  it("holds what stands in lists and structures", async () => {
    const {store, version} = await pulled(first);
    try {
      expect([...((await refusedRows(store, version, "contract")) as Map<string, string[]>)]).toEqual([
        ["2", ["EMAIL_ADDRESS by email/tld in body"]],
        ["3", ["CREDIT_CARD by credit-card/luhn in body"]],
        ["4", ["EMAIL_ADDRESS by email/tld in parts"]]
      ]);
      expect(await refusedRows(store, version, "local")).toEqual(new Map());
      expect(await refusedRows(store, version, "external")).toBe("all");
    } finally {
      store.close();
    }
  });

  it("that only plans an action does not let the words out", async () => {
    const {store, version} = await pulled(first);
    try {
      await scanVersion(store, version, {policy: {default: "mask"}});
      expect(((await refusedRows(store, version, "contract")) as Map<string, string[]>).size).toBe(3);
    } finally {
      store.close();
    }
  });
});

describe("an acceptance", () => {
  it("of a rule frees its rows, outlives a new scan and a new version, and is counted", async () => {
    const {store, version} = await pulled(first);
    try {
      await ensureLedger(store, version);
      expect(
        await acceptFindings(store, version, {what: "email/tld", reason: " made-up addresses "})
      ).toEqual({kind: "rule", findings: 2});
      const counted = {findings: 2, rows: 2, rules: {"email/tld": 2}, actions: {keep: 2}, accepted: 2};
      expect((await ledgerSummary(store, version))!.types.EMAIL_ADDRESS).toEqual(counted);
      expect((await scanVersion(store, version)).types.EMAIL_ADDRESS).toEqual(counted);
      const next = await pulled([...first, {...first[1], id: "5"}], store);
      const refused = (await refusedRows(store, next.version, "contract")) as Map<string, string[]>;
      expect([...refused.keys()]).toEqual(["3"]);
      expect(await acceptances(store, "mails")).toMatchObject([
        {rule: "email/tld", reason: "made-up addresses"}
      ]);
    } finally {
      store.close();
    }
  });

  it("of a row ends when the row's content changes", async () => {
    const {store, version} = await pulled(first);
    try {
      await ensureLedger(store, version);
      expect(await acceptFindings(store, version, {what: "2", reason: "she agreed"})).toEqual({
        kind: "row",
        findings: 1
      });
      const refusedOf = async (of: VersionManifest) => [
        ...((await refusedRows(store, of, "contract")) as Map<string, string[]>).keys()
      ];
      expect(await refusedOf(version)).toEqual(["3", "4"]);
      const next = await pulled([{...first[1]!, body: "write to eve@example.org"}, first[2]!], store);
      expect(await refusedOf(next.version)).toEqual(["2", "3"]);
    } finally {
      store.close();
    }
  });

  it("needs a reason, and a rule or a row that the ledger has", async () => {
    const {store, version} = await pulled(first);
    try {
      await ensureLedger(store, version);
      await expect(acceptFindings(store, version, {what: "2", reason: " "})).rejects.toThrow(
        /needs a reason/
      );
      await expect(acceptFindings(store, version, {what: "1", reason: "clean"})).rejects.toThrow(
        /no finding of rule or row "1".*credit-card\/luhn, email\/tld/
      );
      expect(await acceptances(store, "mails")).toEqual([]);
    } finally {
      store.close();
    }
  });
});

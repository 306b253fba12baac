import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {addAcceptance} from "../../../src/data/privacy/acceptances.js";
import {scanVersion} from "../../../src/data/privacy/index.js";
import {type RowCells, scanCells, type ScannedCells} from "../../../src/data/privacy/rowCells.js";
import {inThreads} from "../../../src/data/privacy/scanThreads.js";
import {openStore} from "../../../src/base/store/index.js";
import {datasetDir} from "../../support/folders.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const filler = "Some words that hold nothing of interest, over and over. ".repeat(34);
const rows = Array.from({length: 1200}, (_, index) => ({
  id: `row-${index}`,
  body: index % 3 === 0 ? `${filler} write to user${index}@example.org or 4111 1111 1111 1111` : filler,
  note: index % 5 === 0 ? "(415) 555-0132" : null
}));

describe("threads that scan", () => {
  it("leave the same bytes as one thread does", async () => {
    const workspace = await temporaryWorkspace();
    await pull(workspace, defineDataset({name: "mails", id: "id", source: {kind: "rows", rows: () => rows}}));
    const store = await openStore(workspace);
    const version = (await store.latestVersion("mails"))!;
    const scanned = async (threads: number) => {
      const now = () => new Date(0);
      const summary = await scanVersion(store, version, {threads, now});
      return {
        summary,
        bytes: readFileSync(
          join(datasetDir(workspace, version.dataset, version.id), "ledger.parquet")
        ).toString("base64")
      };
    };
    const one = await scanned(1);
    expect(one.summary).toMatchObject({rows: 1200, findings: 1040});
    expect(await scanned(3)).toEqual(one);
    await addAcceptance(store, "mails", {
      rule: "credit-card/luhn",
      reason: "a test number",
      acceptedAt: "2026-12-01T00:00:00Z"
    });
    const accepting = await scanned(2);
    expect(accepting.summary.types.CREDIT_CARD).toMatchObject({findings: 400, accepted: 400});
    expect(accepting).toEqual(await scanned(1));
    store.close();
  });

  const settings = {
    columns: ["body", "note"],
    nested: [],
    layers: ["patterns" as const],
    minScore: 0.3,
    policy: {default: "pseudonym" as const, key: new Uint8Array(32).fill(7)}
  };
  async function* batches(): AsyncGenerator<RowCells[]> {
    for (let at = 0; at < rows.length; at += 300)
      yield rows.slice(at, at + 300).map(({id, body, note}) => ({id, cells: [body, note]}));
  }

  it("redact by the key they are handed, in the order of the rows", async () => {
    const found: ScannedCells[] = [];
    for await (const portion of inThreads("cells", batches(), settings, 2)) found.push(...portion);
    expect(found.map(({id}) => id)).toEqual(rows.map(({id}) => id));
    const last = rows.at(-3)!;
    expect(found.at(-3)).toEqual(scanCells({id: last.id, cells: [last.body, last.note]}, settings));
    expect(found.at(-3)!.cells![0]).toMatch(/write to <EMAIL_ADDRESS:[a-z]{16}> or <CREDIT_CARD:/);
  });

  it("end with the reader, and pass on what goes wrong", async () => {
    for await (const portion of inThreads("cells", batches(), settings, 2)) {
      expect(portion.length).toBeGreaterThan(0);
      break;
    }
    async function* broken(): AsyncGenerator<RowCells[]> {
      yield* batches();
      throw new Error("the source broke");
    }
    await expect(async () => {
      for await (const portion of inThreads("cells", broken(), settings, 2)) expect(portion).toBeDefined();
    }).rejects.toThrow("the source broke");
    const withoutKey = {...settings, policy: {default: "pseudonym" as const}};
    await expect(async () => {
      for await (const portion of inThreads("cells", batches(), withoutKey, 2)) expect(portion).toBeDefined();
    }).rejects.toThrow(/needs a key/);
  });
});

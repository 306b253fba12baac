import {writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {type DatasetDefinition, defineDataset, pull} from "../../../src/data/datasets/index.js";
import {ensureLedger, pullRedactor, refusedRows, scanRow} from "../../../src/data/privacy/index.js";
import {wholeDigits} from "../../../src/data/privacy/jsonTexts.js";
import {openStore, putJson, versionKey, type Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const CSV = `id,note,card_number,phone,ssn,order_number,created_at,price
1,refund,4111111111111111,14155552671,536904399,1000000001,1700000000000,12.5
2,hello,5500005555555559,14155552672,536904398,1000000002,1700000000001,7.25
3,plain,,,,1000000003,1700000000002,4111111.5
`;

const cards = (more: Partial<DatasetDefinition> = {}) =>
  defineDataset({
    name: "cards",
    id: "id",
    sensitivity: "public",
    source: {kind: "files", files: "cards.csv"},
    ...more
  });
const pullCards = async (workspace: Workspace, definition = cards()) => {
  writeFileSync(join(workspace.project, "cards.csv"), CSV);
  const {version} = await pull(workspace, definition, {redactor: pullRedactor(definition, {env: {}})});
  return version;
};

/** Types found in a number, or a list or structure of them, of a column. */
const found = (column: string, cell: unknown) =>
  scanRow("1", {[column]: JSON.stringify(cell)}, [column], {nested: [column]}).entries.map(({type}) => type);

describe("columns of numbers", () => {
  it("are scanned as text is, and stop the rows of cards, phone and identity numbers", async () => {
    const workspace = await temporaryWorkspace();
    const version = await pullCards(workspace);
    const store = await openStore(workspace);
    const {summary} = await ensureLedger(store, version);
    expect(summary.columns).toEqual([
      "id",
      "note",
      "card_number",
      "phone",
      "ssn",
      "order_number",
      "created_at",
      "price"
    ]);
    const refused = await refusedRows(store, version, "external");
    expect([...(refused as Map<string, string[]>).keys()]).toEqual(["1", "2"]);
    store.refresh();
    const entries = await store.rows<object>(
      `select row_id, "column", path, type, start::int as start, "end"::int as "end", preview from ledger order by row_id, "column"`
    );
    expect(entries.slice(0, 3)).toEqual([
      {
        row_id: "1",
        column: "card_number",
        path: null,
        type: "CREDIT_CARD",
        start: 0,
        end: 16,
        preview: "*".repeat(16)
      },
      expect.objectContaining({column: "phone", type: "PHONE_NUMBER", end: 11}),
      expect.objectContaining({column: "ssn", type: "US_SSN", end: 9})
    ]);
    store.close();
  });

  it("make an older ledger that did not look at them anew", async () => {
    const workspace = await temporaryWorkspace();
    const version = await pullCards(workspace);
    const store = await openStore(workspace);
    const {summary} = await ensureLedger(store, version);
    expect((await ensureLedger(store, version)).scanned).toBe(false);
    await putJson(workspace, versionKey(version, "ledger.json"), {...summary, columns: ["note"]});
    expect((await ensureLedger(store, version)).scanned).toBe(true);
    store.close();
  });

  it("stop a pull that would replace what they hold, and say what to do", async () => {
    const workspace = await temporaryWorkspace();
    const privacy: DatasetDefinition["privacy"] = {
      actions: {card: "mask", phone: "mask", nationalId: "replace"}
    };
    await expect(pullCards(workspace, cards({privacy}))).rejects.toThrow(
      /personal data in 2 rows of column "card_number" cannot be replaced in its type BIGINT; have it read as text .*\("card_number"::varchar\); .*column "phone".*column "ssn".*No version was made/
    );
    const columns = {card_number: "VARCHAR", phone: "VARCHAR", ssn: "VARCHAR"};
    const source: DatasetDefinition["source"] = {kind: "files", files: "cards.csv", columns};
    await pullCards(workspace, cards({privacy, source}));
    const store = await openStore(workspace);
    expect(
      await store.rows("select card_number, phone, ssn, order_number::int as n from cards order by id")
    ).toEqual([
      {card_number: "****************", phone: "***********", ssn: "<US_SSN>", n: 1000000001},
      {card_number: "****************", phone: "***********", ssn: "<US_SSN>", n: 1000000002},
      {card_number: null, phone: null, ssn: null, n: 1000000003}
    ]);
    store.close();
  });

  it("of every width and of decimals are looked at, lists and structures of them too", async () => {
    const workspace = await temporaryWorkspace();
    const card = 4111111111111111n;
    const types = ["BIGINT", "UBIGINT", "HUGEINT", "DOUBLE", "DECIMAL(18, 2)"];
    const columns = types.map((type, index) => `${card}::${type} as n${index}`);
    const definition = cards({
      source: {kind: "rows", rows: () => [{id: "1"}]},
      sql: `select *, ${columns.join(", ")}, [1, ${card}]::bigint[] as list, [0.5, 1]::double[] as vector,
        {nr: ${card}, day: date '2026-01-02'} as struct, map {'nr': ${card}} as m, 'a@example.org'::enum('a@example.org') as e
        from source`
    });
    const version = await pullCards(workspace, definition);
    const store = await openStore(workspace);
    await ensureLedger(store, version);
    store.refresh();
    const entries = await store.rows<{place: string}>(
      `select "column" || coalesce(' ' || path, '') as place from ledger order by place`
    );
    expect(entries.map(({place}) => place)).toEqual([
      "e",
      "list $[1]",
      "m $.nr",
      ...types.map((_, index) => `n${index}`),
      "struct $.nr"
    ]);
    const rules = cards({...definition, privacy: {columns: ["e"], actions: {email: "replace"}}});
    await pullCards(workspace, rules);
    store.refresh();
    expect(await store.rows("select e from cards")).toEqual([{e: "<EMAIL_ADDRESS>"}]);
    store.close();
  });

  it("leave ids, times, amounts and article numbers alone", () => {
    const clean: [string, number][] = [
      ["id", 1_000_007],
      ["created_at", 1_700_000_000],
      ["call_started_at", 1_700_000_000],
      ["phone_verified_at", 1_700_000_000_123],
      ["account_created_at", 1_700_000_000],
      ["account_id", 10_000_001],
      ["timestamp_us", 1_700_000_000_123_456],
      ["price_cents", 415_555_2671],
      ["order_number", 415_555_2671],
      ["order_number", 4_222_222_222_222],
      ["ean", 4_006_381_333_931],
      ["serial", 51_824_753_556],
      ["amount", 4_155_552_671.5]
    ];
    for (const [column, number] of clean) expect(found(column, number), column).toEqual([]);
    for (const [column, number] of clean) expect(found("row", {[column]: number}), column).toEqual([]);
  });

  it("hold what their names say, leading zeros or not", () => {
    expect(found("ssn", 36_904_399)).toEqual(["US_SSN"]);
    expect(found("mobile", 4_155_552_671)).toEqual(["PHONE_NUMBER"]);
    expect(found("phonenumber", 14_155_552_671)).toEqual(["PHONE_NUMBER"]);
    expect(found("contact", {fax: 4_155_552_671})).toEqual(["PHONE_NUMBER"]);
    expect(found("card", 4_222_222_222_222)).toEqual(["CREDIT_CARD"]);
    expect(found("n", 4_111_111_111_111_111)).toEqual(["CREDIT_CARD"]);
    expect(found("abn", 51_824_753_556)).toEqual(["AU_ABN"]);
    expect(found("password", 12_345_678)).toEqual(["PASSWORD"]);
  });
});

describe("the digits of a whole number", () => {
  it("are the same however it is written", () => {
    for (const written of ["4200000000000", "-4200000000000", "4.2e12", "4.2E+12", "4200000000000.00"])
      expect(wholeDigits(written), written).toBe("4200000000000");
  });

  it("are none of a fraction, of a short and of an immense number", () => {
    for (const written of ["4200000.5", "123456", "0.12345678", "1e300", "1e-9", "nan", "0e9"])
      expect(wholeDigits(written), written).toBeUndefined();
  });
});

import {describe, expect, it} from "vitest";
import {scanRow} from "../../../src/data/privacy/index.js";
import {scannedColumns} from "../../../src/data/privacy/versionLedger.js";

const redacted = (cell: string, action: "replace" | "mask" | "pseudonym" = "replace") =>
  scanRow("1", {cell}, ["cell"], {policy: {default: action, key: Buffer.alloc(16, 7)}}).row.cell;

describe("keys of JSON that become equal", () => {
  it("are numbered, so that no value is lost", () => {
    expect(redacted('{"a@x.com":1,"b@x.com":2,"c@x.com":3}')).toBe(
      '{"<EMAIL_ADDRESS>":1,"<EMAIL_ADDRESS> 2":2,"<EMAIL_ADDRESS> 3":3}'
    );
    for (const action of ["mask", "pseudonym"] as const) {
      const made = JSON.parse(redacted('{"ada@x.com":1,"ADA@x.com":2,"bob@x.com":3}', action)) as object;
      expect(Object.values(made), action).toEqual([1, 2, 3]);
    }
  });

  it("are numbered past keys that stay, in their own object only", () => {
    expect(
      redacted(
        '[{"a@x.com":{"a@x.com":1},"<EMAIL_ADDRESS>":2,"b@x.com":3,"<EMAIL_ADDRESS> 3":4},{"a@x.com":["c@x.com","d@x.com"]}]'
      )
    ).toBe(
      '[{"<EMAIL_ADDRESS> 2":{"<EMAIL_ADDRESS>":1},"<EMAIL_ADDRESS>":2,"<EMAIL_ADDRESS> 4":3,"<EMAIL_ADDRESS> 3":4},{"<EMAIL_ADDRESS>":["<EMAIL_ADDRESS>","<EMAIL_ADDRESS>"]}]'
    );
  });

  it("stay equal where they were, and a lone one has no number", () => {
    expect(redacted('{"a@x.com":1,"a@x.com":2}')).toBe('{"<EMAIL_ADDRESS>":1,"<EMAIL_ADDRESS>":2}');
    expect(redacted('{"a@x.com":1}')).toBe('{"<EMAIL_ADDRESS>":1}');
  });
});

it("a column that is called as every object's members is looked at", () => {
  const columns = [
    {name: "row_id", type: "VARCHAR"},
    {name: "constructor", type: "VARCHAR"}
  ];
  expect(scannedColumns({columns})).toEqual(["constructor"]);
});

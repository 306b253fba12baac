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

describe("names of members that are of a person, or a key", () => {
  const redactedCell = (cell: string) =>
    scanRow("1", {cell}, ["cell"], {policy: {default: "replace"}}).row.cell;

  it.each([
    ["API_KEY", "AKIA" + "IOSFODNN7EXAMPLF"],
    ["API_KEY", "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"],
    ["IT_FISCAL_CODE", "RSSMRA85T10A562S"],
    ["MX_CURP", "HEGG560427MVZRRL04"]
  ])("%s as a name is found and put away, wherever it stands", (type, key) => {
    expect(redactedCell(JSON.stringify({[key]: 1}))).toBe(JSON.stringify({[`<${type}>`]: 1}));
    expect(redactedCell(JSON.stringify([{a: {[key]: {b: "x"}}}]))).not.toContain(key);
    // No path of a finding within it shows it.
    const {entries} = scanRow("1", {cell: JSON.stringify({[key]: "ada@example.org"})}, ["cell"], {});
    expect(entries).toHaveLength(2);
    expect(JSON.stringify(entries)).not.toContain(key);
  });

  it("names that code gives stay", () => {
    const cell = JSON.stringify({
      user_id: 1,
      address2: "x",
      sha256: "y",
      base64EncodedImageUrl: "z",
      x_forwarded_for_header_1: 1,
      iso3166Alpha2: "w",
      oauth2TokenEndpoint: "v"
    });
    expect(redactedCell(cell)).toBe(cell);
  });
});

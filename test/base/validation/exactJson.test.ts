import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {exactJson, pythonJson} from "../../../src/base/validation/index.js";

describe("exactJson", () => {
  it("keeps the digits of whole numbers that no double holds, and nothing else is other than JSON has it", () => {
    const text = String.raw`{"id": 9007199254740993, "ids": [-12345678901234567890,1234567890123456], "time": 1.2345678901234567890e3,
      "said": "9007199254740993, \"9007199254740993\" and \\", "x": 1E30}`;
    expect(exactJson(text)).toEqual({
      id: "9007199254740993",
      ids: ["-12345678901234567890", 1234567890123456],
      time: 1234.567890123457,
      said: '9007199254740993, "9007199254740993" and \\',
      x: 1e30
    });
    fc.assert(
      fc.property(fc.json({noUnicodeString: false}), (json) => {
        fc.pre(!/\d{16}/.test(json));
        expect(exactJson(`[${json}, "1234567890123456789"]`)).toEqual([
          JSON.parse(json),
          "1234567890123456789"
        ]);
      }),
      {seed: 1}
    );
  });

  it("reads long texts, and says where JSON ends as JSON does", () => {
    const long = "x 9007199254740993 ".repeat(1 << 18);
    expect(exactJson(JSON.stringify({long}))).toEqual({long});
    expect(() => exactJson('{"a": 9007199254740993, "b": nothing}')).toThrow(/position 29|"b": nothing/);
    expect(() => exactJson("[09007199254740993]")).toThrow(SyntaxError);
  });
});

it("pythonJson has null for the numbers that only Python writes, and leaves texts alone", () => {
  const text = String.raw`{"NaN": NaN, "all": [Infinity,-Infinity, 1], "said": "NaN, \"-Infinity\" and \\", "id": 9007199254740993}`;
  expect(pythonJson(text)).toEqual({
    NaN: null,
    all: [null, null, 1],
    said: 'NaN, "-Infinity" and \\',
    id: "9007199254740993"
  });
  for (const broken of ["[NaN", "[NaNa]", "[+Infinity]", "[nothing]"])
    expect(() => pythonJson(broken)).toThrow(SyntaxError);
});

import {expect, it} from "vitest";
import {toRow} from "../../../src/data/datasets/rows.js";

const written = (stored: Record<string, unknown> & {row_id: string}) => JSON.stringify(toRow(stored));

it("gives a row its members in the order of its columns, with the row's id where the dataset's stood, else last", () => {
  expect(written({row_id: "r1", text: "a", id: 7, row_hash: "h", label: null})).toBe(
    '{"text":"a","id":"r1","label":null}'
  );
  expect(written({row_id: "r1", row_hash: "h", text: "a"})).toBe('{"text":"a","id":"r1"}');
});

it("keeps a column of the name __proto__ as a member, and the row's prototype as it is", () => {
  const stored = Object.defineProperty({row_id: "r1"}, "__proto__", {value: "own", enumerable: true});
  const row = toRow(stored as {row_id: string});
  expect(Object.entries(row)).toEqual([
    ["__proto__", "own"],
    ["id", "r1"]
  ]);
  expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
});

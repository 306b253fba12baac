import fc from "../../support/property.js";
import {describe, expect, it} from "vitest";
import {pairedBySlice, pairedDifference, slicedRows} from "../../../src/base/stats/index.js";

const score = (graded: boolean) =>
  fc.option(graded ? fc.integer({min: -8, max: 12}).map((x) => x / 8) : fc.nat({max: 1}), {
    nil: undefined,
    freq: 5
  });
const rowsOf = (graded: boolean) =>
  fc.array(
    fc.record({
      a: score(graded),
      b: score(graded),
      slice: fc.integer({min: -1, max: 2}),
      cluster: fc.option(fc.nat({max: 5}), {nil: null, freq: 4})
    }),
    {maxLength: 60}
  );

describe("paired differences by slice", () => {
  for (const graded of [false, true])
    for (const clustered of [false, true])
      it(`equal the paired difference on each slice's rows: ${graded ? "graded" : "0/1"} scores, ${clustered ? "in groups" : "independent"}`, () => {
        fc.assert(
          fc.property(rowsOf(graded), (rows) => {
            const slices = slicedRows(
              Int32Array.from(rows, ({slice}) => slice),
              3,
              clustered ? rows.map(({cluster}) => cluster) : undefined
            );
            const column = (name: "a" | "b") => Float64Array.from(rows, (row) => row[name] ?? NaN);
            const found = pairedBySlice(column("a"), column("b"), slices, 0.9);
            for (let s = 0; s < 3; s++) {
              const own = rows.filter(({slice}) => slice === s);
              const expected = pairedDifference(
                own.map(({a}) => a),
                own.map(({b}) => b),
                {level: 0.9, clusters: clustered ? own.map(({cluster}) => cluster) : undefined}
              );
              expect(found[s] === undefined).toBe(expected === undefined);
              if (!expected) continue;
              const {missing, method, ...figures} = found[s]!;
              expect({missing, method}).toEqual({missing: expected.missing, method: expected.method});
              for (const [name, value] of Object.entries(figures))
                if (value !== undefined)
                  expect(value, name).toBeCloseTo(expected[name as keyof typeof figures]!, 10);
            }
          }),
          {numRuns: 150}
        );
      });

  it("takes an infinite score for a missing one, and refuses columns of another length", () => {
    const rows = slicedRows(Int32Array.of(0, 0, 0), 1);
    const [found] = pairedBySlice([1, Infinity, 0], [0, Infinity, 0], rows);
    expect(found).toMatchObject({n: 2, wins: 1, ties: 1, missing: {first: 0, second: 0, both: 1}});
    expect(() => pairedBySlice([1], [0], rows)).toThrow(/1 and 1 rows in slices of 3/);
  });
});

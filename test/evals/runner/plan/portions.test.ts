import {expect, it} from "vitest";
import {portions} from "../../../../src/evals/runner/plan/portions.js";
import fc from "../../../support/property.js";

async function* inBatches(rows: readonly number[], sizes: readonly number[]): AsyncGenerator<number[]> {
  let from = 0;
  for (const size of [...sizes, rows.length]) {
    if (from >= rows.length) return;
    yield rows.slice(from, from + size);
    from += size;
  }
}

it("end after so many rows, whatever the batches in which they come", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60),
      fc.integer({min: 1, max: 20}),
      fc.array(fc.integer({min: 1, max: 30})),
      async (count, size, sizes) => {
        const rows = Array.from({length: count}, (_, n) => n);
        const found: number[][] = [[]];
        for await (const {rows: some, ends} of portions(inBatches(rows, sizes), size)) {
          found.at(-1)!.push(...some);
          if (ends) found.push([]);
        }
        const expected: number[][] = [];
        for (let from = 0; from + size <= count; from += size) expected.push(rows.slice(from, from + size));
        expect(found).toEqual([...expected, rows.slice(expected.length * size)]);
      }
    )
  );
});

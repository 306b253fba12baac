import {describe, expect, test} from "vitest";
import {Passing, PassingMap} from "../../../src/base/system/passing.js";
import fc from "../../support/property.js";

describe("what comes and goes all the time", () => {
  test("is found by its number until it is taken back, and numbers are used again", () => {
    const passing = new Passing<string>();
    const [first, second] = [passing.add("first"), passing.add("second")];
    expect([first, second]).toEqual([0, 1]);
    expect(passing.at(first)).toBe("first");
    passing.remove(first);
    expect(passing.at(first)).toBeUndefined();
    expect(passing.size).toBe(1);
    expect(passing.add("third")).toBe(first);
    expect(passing.size).toBe(2);
  });

  test("is visited but for what a visit takes back", () => {
    const passing = new Passing<string>();
    const numbers = ["a", "b", "c"].map((one) => passing.add(one));
    const visited: string[] = [];
    passing.forEach((one) => {
      visited.push(one);
      if (one === "a") passing.remove(numbers[1]!);
    });
    expect(visited).toEqual(["a", "c"]);
  });

  test("by keys, is as in a Map", () => {
    const step = fc.record({
      key: fc.constantFrom("a", "b", "c", "__proto__"),
      value: fc.option(fc.integer())
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = new Map<string, number>();
        const passing = new PassingMap<number>();
        for (const {key, value} of steps) {
          if (value === null) expect(passing.delete(key)).toBe(map.delete(key));
          else {
            map.set(key, value);
            passing.set(key, value);
          }
          expect([...passing]).toEqual([...map]);
          expect(passing.size).toBe(map.size);
          expect([passing.has(key), passing.get(key)]).toEqual([map.has(key), map.get(key)]);
        }
      })
    );
  });
});

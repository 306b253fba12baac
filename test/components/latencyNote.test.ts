import {expect, it} from "vitest";
import {latencyNote} from "../../src/components/latencyNote.js";

it("says of how many answers a latency is, where others state no time, and under which load", () => {
  expect(latencyNote({completed: 1100, untimed: 96})).toEqual(["of the 1,004 answers whose time is known"]);
  expect(latencyNote({completed: 100, untimed: 96}, 16)).toEqual([
    "of the 4 answers whose time is known",
    "up to 16 requests in flight"
  ]);
  expect(latencyNote({completed: 100, untimed: 0})).toEqual([]);
  expect(latencyNote({completed: 100, untimed: 100})).toEqual([]);
  expect(latencyNote(undefined)).toEqual([]);
});

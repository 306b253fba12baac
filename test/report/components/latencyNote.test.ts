import {expect, it} from "vitest";
import {latencyInterval, latencyNote} from "../../../src/report/components/verdict/latencyNote.js";

it("says of how many answers a latency is, where others state no time, and under which load", () => {
  const some = {completed: 1100, failed: 0, untimed: 96};
  expect(latencyNote(some)).toEqual(["of the 1,004 answers whose time is known"]);
  expect(latencyNote({...some, completed: 100}, {concurrency: 16})).toEqual([
    "of the 4 answers whose time is known",
    "up to 16 requests in flight"
  ]);
  expect(latencyNote({completed: 98, failed: 2, untimed: 0}, {planned: 100})).toEqual([]);
  expect(latencyNote({...some, completed: 96})).toEqual([]);
  expect(latencyNote(undefined)).toEqual([]);
});

it("says how sure a latency is where that can be told", () => {
  expect(latencyInterval({p95LatencyInterval: {low: 950, high: 1240}})).toEqual(["950 ms to 1.2 s"]);
  expect(latencyInterval({})).toEqual([]);
});

it("says of how many answers a latency is where a run was cut short", () => {
  const early = {completed: 5, failed: 1, untimed: 0};
  expect(latencyNote(early, {planned: 113})).toEqual(["of 5 answers"]);
  expect(latencyNote({...early, completed: 0}, {planned: 113})).toEqual([]);
});

import {describe, expect, it} from "vitest";
import {assertRoom, othersText, roomText} from "../../src/cli/models/merge/mergeSearchDisk.js";
import type {ModelManifest} from "../../src/weights/models/index.js";

describe("the disk of a search for a merge", () => {
  const room = {merges: 13, each: 2e9, free: 30e9};

  it("is told of before the first merge", () => {
    expect(() => assertRoom(room, "space.yml")).not.toThrow();
    expect(roomText(room)).toBe(
      "13 merges to make of up to 2.00 GB each: 26.00 GB on the disk, of 30.00 GB free"
    );
  });

  it("that is too small is refused, with the tries that fit", () => {
    expect(() => assertRoom({...room, free: 9e9}, "a/space.yml")).toThrow(
      "the merges of space.yml do not fit the disk: 13 of 2.00 GB take 26.00 GB, and 9.00 GB are free. Free some, with `assay models remove` for instance, or set `tries: 3`."
    );
    expect(() => assertRoom({...room, free: 1e9}, "space.yml")).toThrow(/for instance\.$/);
    expect(() => assertRoom({...room, merges: 0, free: 0}, "space.yml")).not.toThrow();
  });

  it("is freed by a command that names the merges that did not win", () => {
    const merge = (id: string) => ({id: id.repeat(64), files: [{bytes: 5e8}, {bytes: 1e3}]});
    expect(othersText([merge("a"), merge("b")] as ModelManifest[])).toBe(
      "The 2 merges that did not win take 1.00 GB, so that a second start repeats nothing. To free that: assay models remove aaaaaaaaaaaa bbbbbbbbbbbb"
    );
  });
});

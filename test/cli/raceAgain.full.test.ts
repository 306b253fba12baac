import {describe, expect, it} from "vitest";
import {runRace} from "../../src/evals/races/runRace.js";
import {candidate} from "../../src/evals/runner/index.js";
import {ensureSplit} from "../../src/data/splits/index.js";
import {finalRuns} from "../../src/base/store/index.js";
import {server} from "../evals/runner/support/project.js";
import {answering, definition, inputs, model, project, setUpRacedAgain} from "./support/racedAgain.js";

setUpRacedAgain();

describe("a race that is started again", () => {
  it("notes once that it opens a held-out part", async () => {
    const spec = {strategy: "group" as const, name: "final", validation: 0, test: 0.2, heldOut: 0.6};
    const split = await ensureSplit(project.store, project.version, spec);
    const endpoint = server(model.url);
    const candidates = ["one", "twin"].map((name) => candidate(name, endpoint, "one"));
    const held = definition({part: "held-out", split: spec, candidates});
    answering.down = false;
    const {record} = await runRace(held, {...inputs({final: true, why: "release 2"}), split});
    expect(record.rounds.length).toBeGreaterThan(1);
    expect(await finalRuns(project.store.workspace)).toHaveLength(1);
  });
});

import {expect, it} from "vitest";
import {ROWS} from "./support/smallProject.js";
import {after, model, project, said, setUpWatched} from "./support/watchedProject.js";

setUpWatched();

it(
  "scores an edited scorer from the store, says what an edited prompt would take, and names a broken file",
  {tags: ["long"], timeout: 240_000},
  async () => {
    const asked = model.requests.length;
    const {edit} = project;
    expect(
      await after(edit("evals/scorer.ts", "output === expected", "output.trim() === expected"), "reused")
    ).toContain(`0 calls made · ${2 * ROWS} completions reused`);
    await after(
      edit("evals/words.eval.ts", "prompt, expected", 'prompt: "Say: {{text}}", expected'),
      "Make them: assay run words"
    );
    expect(said).toMatch(/24 calls of 24 planned[^]*asked +12/);

    const broken = 'prompt: ["Say: {{text}}"';
    expect(
      await after(edit("evals/words.eval.ts", 'prompt: "Say: {{text}}"', broken), "could not be loaded")
    ).toContain("evals/words.eval.ts");
    await after(
      edit("evals/words.eval.ts", `${broken}, expected`, "prompt, expected"),
      "nothing to do: the store holds this run"
    );
    expect(model.requests.length).toBe(asked);
  }
);

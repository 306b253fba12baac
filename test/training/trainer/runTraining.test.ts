import {execFileSync} from "node:child_process";
import {expect, it} from "vitest";
import {runTraining, type TrainingJob} from "../../../src/training/trainer/index.js";

it("says that its process ended, however much it was told meanwhile", async () => {
  const ended = runTraining({} as TrainingJob, {
    signal: AbortSignal.abort(),
    onStart(pid) {
      process.kill(pid, "SIGKILL");
      // Nothing of this process is done meanwhile: it cannot know that the other has ended.
      execFileSync("sleep", ["0.5"]);
    }
  });
  await expect(ended).rejects.toThrow(/process ended \(SIGKILL\)/);
});

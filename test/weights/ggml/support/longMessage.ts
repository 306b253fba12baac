import {tellParent} from "../../../../src/weights/ggml/forkModule.js";

/** Answers with so many numbers and closes the channel, as a process does that has ended its work. */
process.once("message", (numbers: number) => {
  void tellParent(Array.from({length: numbers}, (_, i) => i)).finally(() => process.disconnect());
});

import {spawn} from "node:child_process";
import {createInterface} from "node:readline";
import {describe, expect, it} from "vitest";
import {openAICompatible} from "../../../src/inference/endpoints/openAICompatible.js";

describe("the model server as a process", () => {
  it("prints its port, answers by the prompt, and reports its counters", async () => {
    const child = spawn(
      process.execPath,
      ["--import", "tsx", "test/support/modelServerMain.ts", "--latency", "300", "--checked"],
      {
        stdio: ["ignore", "pipe", "inherit"]
      }
    );
    const lines = createInterface({input: child.stdout})[Symbol.asyncIterator]();
    try {
      const port = Number((await lines.next()).value);
      const endpoint = openAICompatible({
        name: "child",
        baseUrl: `http://127.0.0.1:${port}`,
        hosting: "edge",
        trust: "local"
      });
      const ask = (content: string) => endpoint.complete({model: "m", messages: [{role: "user", content}]});
      const answers = await Promise.all(["row 1", "row 2", "row 3"].map(ask));
      expect(answers.map(({text}) => text)).toEqual(["1", "2", "3"]);
      await ask("row 2");
      await endpoint.close!();
      child.kill("SIGUSR2");
      const counters = JSON.parse((await lines.next()).value as string) as Record<string, number>;
      expect(counters).toMatchObject({served: 4, inFlight: 0, maxInFlight: 3, repeated: 1});
    } finally {
      child.kill();
    }
  });
});

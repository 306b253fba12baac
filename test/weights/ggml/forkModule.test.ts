import {once} from "node:events";
import {describe, expect, it} from "vitest";
import {forkModule, killAtExit} from "../../../src/weights/ggml/index.js";

it.each(["json", "advanced"] as const)(
  "a module's last message arrives however long it is (%s)",
  async (serialization) => {
    const child = forkModule("./support/longMessage", import.meta.url, {serialization});
    let heard: number[] | undefined;
    child.once("message", (message: number[]) => (heard = message));
    child.send(200_000);
    const [code] = (await once(child, "exit")) as [number];
    expect([code, heard?.length]).toEqual([0, 200_000]);
  }
);

describe("processes that end with this one", () => {
  it("share one listener, however many they are, and are let go", () => {
    const before = process.listenerCount("exit");
    const killed: number[] = [];
    const forget = Array.from({length: 20}, (_, i) => killAtExit({kill: () => killed.push(i)} as never));
    expect(process.listenerCount("exit")).toBeLessThanOrEqual(before + 1);
    forget[3]!();
    const own = process.listeners("exit").at(-1)!;
    own(0);
    expect(killed).toEqual(Array.from({length: 20}, (_, i) => i).filter((i) => i !== 3));
    for (const one of forget) one();
  });
});

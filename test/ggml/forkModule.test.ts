import {once} from "node:events";
import {expect, it} from "vitest";
import {forkModule} from "../../src/ggml/index.js";

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

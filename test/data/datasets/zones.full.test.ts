import {spawn} from "node:child_process";
import {expect, it} from "vitest";
import {childScript} from "../../support/childScript.js";
import {temporaryProject} from "../../support/temporaryWorkspace.js";

const script = await childScript(new URL("../../fixtures/moments.ts", import.meta.url));

async function printedIn(zone: string): Promise<unknown> {
  const child = spawn(process.execPath, [script, await temporaryProject()], {
    env: {...process.env, TZ: zone},
    stdio: ["ignore", "pipe", "inherit"]
  });
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  await new Promise((resolve) => child.on("close", resolve));
  return JSON.parse(printed);
}

it("pulls, filters and purges by moments in UTC, whatever the machine's time zone", async () => {
  const there = await printedIn("UTC");
  expect(there).toMatchObject({rejected: 2, purged: 24});
  for (const zone of ["America/New_York", "Asia/Kolkata"]) expect(await printedIn(zone)).toEqual(there);
});

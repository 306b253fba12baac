// @module-tag long
import {execFileSync} from "node:child_process";
import {mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  collectJob,
  noteJob,
  type ServiceSettings,
  startJob,
  watchJob
} from "../../../src/training/jobs/index.js";
import type {Workspace} from "../../../src/base/store/index.js";
import {temporaryWorkspace} from "../../support/temporaryWorkspace.js";
import {planOf} from "./support/plan.js";

let workspace: Workspace;
let shared: string;
beforeAll(async () => {
  workspace = await temporaryWorkspace();
  shared = mkdtempSync(join(tmpdir(), "assay-shared-"));
});
afterAll(() => rmSync(shared, {recursive: true}));

async function collected(name: string, run: string, output?: string) {
  const settings: ServiceSettings = {
    service: "command",
    trust: "local",
    tool: "axolotl",
    run,
    output,
    grace: 1
  };
  const {id} = await noteJob(workspace, planOf(workspace, settings, {name, format: "axolotl"}));
  await startJob(workspace, id);
  await watchJob(workspace, id, {everyMs: 20});
  return (await collectJob(workspace, id)).model;
}

const config = `printf '{"peft_type":"LORA"}' > "$ASSAY_OUTPUT/adapter_config.json"`;
/** A folder with an adapter of last January. */
function january(name: string): string {
  const folder = join(shared, name);
  mkdirSync(folder);
  writeFileSync(join(folder, "adapter_config.json"), '{"peft_type":"LORA"}');
  const weights = join(folder, "adapter_model.safetensors");
  writeFileSync(weights, "january");
  utimesSync(weights, new Date("2026-01-01"), new Date("2026-01-01"));
  return folder;
}

describe("what a command leaves is no model", () => {
  it("without weights", async () => {
    await expect(collected("settings", `mkdir -p "$ASSAY_OUTPUT"; ${config}`)).rejects.toThrow(
      /output has no weights \(\*\.safetensors or a GGUF file\), only settings/
    );
  });

  it("with weights that are not read", async () => {
    const run = `mkdir -p "$ASSAY_OUTPUT"; echo '{}' > "$ASSAY_OUTPUT/config.json"; echo x > "$ASSAY_OUTPUT/pytorch_model.bin"`;
    await expect(collected("pickled", run)).rejects.toThrow(
      /weights in pytorch_model\.bin, which is not read\. .*convert/
    );
  });

  it("where its weights lay there before it was started", async () => {
    await expect(collected("stale", "true", january("stale"))).rejects.toThrow(
      /same weights as before.*untouched/
    );
    const below = join(shared, "parent");
    mkdirSync(below);
    symlinkSync(january("linked"), join(below, "final"));
    await expect(collected("stale-below", "true", below)).rejects.toThrow(/same weights as before/);
    // Its settings alone are new.
    await expect(collected("new-settings", config, january("settings"))).rejects.toThrow(
      /same weights as before/
    );
  });
});

describe("what a command leaves is its model", () => {
  it("where it writes over what was there", async () => {
    const folder = january("resumed");
    const model = await collected(
      "resumed",
      `printf february > "$ASSAY_OUTPUT/adapter_model.safetensors"`,
      folder
    );
    expect(model.files.map(({path}) => path)).toContain("adapter_model.safetensors");
  });

  it("where it copies what another machine made, with its old times, also over a file of the same size and time", async () => {
    const made = january("made");
    const empty = join(shared, "empty");
    expect(
      (await collected("copied", `mkdir -p "$ASSAY_OUTPUT"; cp -p ${made}/* "$ASSAY_OUTPUT"`, empty)).id
    ).toBeDefined();
    const there = january("there");
    execFileSync("cp", ["-p", join(made, "adapter_model.safetensors"), there]);
    expect((await collected("copied-over", `cp -p ${made}/* "$ASSAY_OUTPUT"`, there)).id).toBeDefined();
  });

  it("where only settings lie beside a GGUF file, or in a folder below with weights", async () => {
    const gguf = `mkdir -p "$ASSAY_OUTPUT"; echo '{}' > "$ASSAY_OUTPUT/config.json"; echo x > "$ASSAY_OUTPUT/m.gguf"`;
    expect((await collected("gguf", gguf)).architecture).toBe("gguf");
    const below = `mkdir -p "$ASSAY_OUTPUT/merged"; echo '{}' | tee "$ASSAY_OUTPUT/config.json" > "$ASSAY_OUTPUT/merged/config.json"; echo x > "$ASSAY_OUTPUT/merged/model.safetensors"`;
    expect((await collected("below", below)).folder).toMatch(/output\/merged$/);
  });

  it("where an old one lies beside it", async () => {
    const made = `mkdir "$ASSAY_OUTPUT/run2"; cp "$ASSAY_OUTPUT/adapter_config.json" "$ASSAY_OUTPUT/run2"; echo new > "$ASSAY_OUTPUT/run2/adapter_model.safetensors"`;
    expect((await collected("beside", made, january("beside"))).folder).toMatch(/beside\/run2$/);
  });
});

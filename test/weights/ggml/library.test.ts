import {spawn} from "node:child_process";
import {once} from "node:events";
import {mkdir, mkdtemp, rm, writeFile} from "node:fs/promises";
import {availableParallelism, tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, describe, expect, it, vi} from "vitest";
import {
  findLibraries,
  freeCores,
  GGML_VERSION,
  loadGgml,
  openBackend,
  RELEASE
} from "../../../src/weights/ggml/index.js";
import {loadLlama} from "../../../src/weights/ggml/llama.js";

describe("the library that computes", () => {
  const folders: string[] = [];
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, {recursive: true});
  });

  async function packageOf(version: string, files: string[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "assay-ggml-"));
    folders.push(folder);
    await mkdir(join(folder, "dist"));
    await mkdir(join(folder, "bins", "machine"), {recursive: true});
    await writeFile(join(folder, "package.json"), JSON.stringify({version}));
    for (const file of files) await writeFile(join(folder, "bins", "machine", file), "");
    return join(folder, "dist", "index.js");
  }

  it("loads in the verified version and lists the processor first", async () => {
    const ggml = await loadGgml();
    expect(ggml.version).toBe(GGML_VERSION);
    expect(ggml.devices[0]!.name).toBe("CPU");
  });

  it("loads for each copy of Assay in a process", async () => {
    await loadLlama();
    vi.resetModules();
    const again = await import("../../../src/weights/ggml/llama.js");
    expect((await again.loadLlama()).ggml.devices[0]!.name).toBe("CPU");
  });

  it("counts no processor as free that somebody computes on", async () => {
    const busy = Array.from({length: 2 * availableParallelism()}, () =>
      spawn(process.execPath, ["-e", "process.stdout.write('on'); for (;;);"])
    );
    try {
      await Promise.all(busy.map((child) => once(child.stdout, "data")));
      expect(await freeCores(300)).toBe(1);
    } finally {
      for (const child of busy) child.kill("SIGKILL");
    }
  });

  it("computes with another number of threads when told, and with no number that the machine has not", async () => {
    const cores = availableParallelism();
    const backend = await openBackend(1);
    try {
      backend.useThreads(cores);
      expect(backend.threads).toBe(cores);
      for (const wrong of [0, 1.5, cores + 1])
        expect(() => backend.useThreads(wrong)).toThrow(`Give 1 to ${cores}.`);
      expect(backend.threads).toBe(cores);
    } finally {
      backend.free();
    }
  });

  it("names the command that installs it when it is missing", () => {
    const missing = () => {
      throw new Error("Cannot find module");
    };
    expect(() => findLibraries(missing)).toThrow(
      new RegExp(`npm install @node-llama-cpp/\\S+@${RELEASE} koffi@`)
    );
  });

  it("refuses another release and a package without its libraries", async () => {
    const other = await packageOf("3.18.1", []);
    expect(() => findLibraries(() => other)).toThrow(/3\.18\.1; gradients were verified with/);
    const empty = await packageOf(RELEASE, ["libggml-base.so"]);
    expect(() => findLibraries(() => empty)).toThrow(/holds no ggml library/);
  });

  it("takes a number of threads the machine has", async () => {
    await expect(openBackend(availableParallelism() + 1)).rejects.toThrow(/this machine has/);
    const backend = await openBackend(1);
    expect(backend.threads).toBe(1);
    backend.free();
  });
});

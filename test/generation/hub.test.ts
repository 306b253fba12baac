import {createHash} from "node:crypto";
import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, stat} from "node:fs/promises";
import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {hubModel} from "../../src/generation/index.js";
import {openWorkspace, type Workspace} from "../../src/store/index.js";
import {tinyLanguageModel} from "../support/tinyLanguageModel.js";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

let source: string;
let folder: string;
let workspace: Workspace;
let server: Server;
let hubUrl: string;
let requests: {path: string; range?: string; key?: string}[];
let answer: (request: IncomingMessage, response: ServerResponse) => boolean;

beforeAll(async () => {
  source = await tinyLanguageModel(await mkdtemp(join(tmpdir(), "assay-hub-source-")));
});
afterAll(() => rm(source, {recursive: true}));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-hub-"));
  workspace = await openWorkspace(folder, join(folder, "store"));
  requests = [];
  answer = () => false;
  server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  delete process.env.HF_TOKEN;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, {recursive: true});
});

/** A hub as its API is: revision, tree, files with ranges. */
async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url!.split("?")[0]!;
  requests.push({path, range: request.headers.range, key: request.headers.authorization});
  if (answer(request, response)) return;
  const json = (body: unknown) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  if (path === "/api/models/acme/tiny/revision/main") return void json({id: "acme/tiny", sha: COMMIT});
  if (path === `/api/models/acme/tiny/tree/${COMMIT}`) {
    const names = [...(await readdir(source)), "README.md", "pytorch_model.bin"];
    const entries = await Promise.all(
      names.map(async (name) => {
        const bytes = await readFile(join(source, name)).catch(() => Buffer.from("other"));
        const oid = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
        const lfs = {
          oid: createHash("sha256").update(bytes).digest("hex"),
          size: bytes.length,
          pointerSize: 130
        };
        return {
          type: "file",
          path: name,
          size: bytes.length,
          oid,
          lfs: name.endsWith(".safetensors") ? lfs : undefined
        };
      })
    );
    return void json(entries);
  }
  const name = path.split(`/acme/tiny/resolve/${COMMIT}/`)[1];
  if (name === undefined || !existsSync(join(source, name))) return void response.writeHead(404).end();
  const bytes = await readFile(join(source, name));
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200).end(bytes.subarray(from));
}

describe("a model of the hub", () => {
  it("is fetched once for a commit, only what runs it, with the key of HF_TOKEN", async () => {
    process.env.HF_TOKEN = "hf_key_of_a_test";
    const path = await hubModel("acme/tiny", workspace, {hubUrl});
    expect((await readdir(path)).sort()).toEqual([
      "complete.json",
      "config.json",
      "model.safetensors",
      "tokenizer.json",
      "tokenizer_config.json"
    ]);
    expect(path).toContain(COMMIT);
    expect(requests.every(({key}) => key === "Bearer hf_key_of_a_test")).toBe(true);
    expect(await readFile(join(path, "complete.json"), "utf8")).not.toContain("hf_key");
    const before = requests.length;
    expect(await hubModel("acme/tiny@main", workspace, {hubUrl})).toBe(path);
    expect(requests.length).toBe(before + 1);
  });

  it("is continued where it was cut", async () => {
    let cuts = 0;
    answer = (request, response) => {
      if (!request.url!.endsWith("model.safetensors") || cuts++ > 0) return false;
      void readFile(join(source, "model.safetensors")).then((bytes) => {
        response.writeHead(200, {"content-length": bytes.length});
        response.write(bytes.subarray(0, 50_000), () => setTimeout(() => response.destroy(), 100));
      });
      return true;
    };
    await expect(hubModel("acme/tiny", workspace, {hubUrl})).rejects.toThrow();
    const path = await hubModel("acme/tiny", workspace, {hubUrl});
    const asked = requests.filter(({path: one}) => one.endsWith("model.safetensors"));
    expect(asked.map(({range}) => range)).toEqual([undefined, "bytes=50000-"]);
    expect(await readFile(join(path, "model.safetensors"))).toEqual(
      await readFile(join(source, "model.safetensors"))
    );
  });

  it("is thrown away when its hash is not the hub's", async () => {
    answer = (request, response) => {
      if (!request.url!.endsWith("model.safetensors")) return false;
      void stat(join(source, "model.safetensors")).then(({size}) => response.end(Buffer.alloc(size, 7)));
      return true;
    };
    await expect(hubModel("acme/tiny", workspace, {hubUrl})).rejects.toThrow(
      /acme\/tiny: hash mismatch of model\.safetensors/
    );
    answer = () => false;
    await hubModel("acme/tiny", workspace, {hubUrl});
  });

  it("says what to do when it may not be read or is not there", async () => {
    answer = (_, response) => {
      response.writeHead(401).end();
      return true;
    };
    await expect(hubModel("acme/tiny", workspace, {hubUrl})).rejects.toThrow(/401 .*Set HF_TOKEN/);
    answer = () => false;
    await expect(hubModel("acme/other", workspace, {hubUrl})).rejects.toThrow(
      /no such repository or revision/
    );
    await expect(hubModel("acme/tiny:x.gguf", workspace, {hubUrl})).rejects.toThrow(/no file x\.gguf/);
    await expect(hubModel("acme/tiny", workspace, {hubUrl: "http://127.0.0.1:9"})).rejects.toThrow(
      /cannot be reached/
    );
  });
});

import {spawn} from "node:child_process";
import {createHash} from "node:crypto";
import {once} from "node:events";
import {existsSync} from "node:fs";
import {mkdtemp, readdir, readFile, rm, stat, writeFile} from "node:fs/promises";
import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi} from "vitest";
import {findModel, hubModel} from "../../../src/inference/localModels/index.js";
import {NotMade} from "../../../src/weights/models/index.js";
import {openWorkspace, type Workspace} from "../../../src/base/store/index.js";
import {childScript} from "../../support/childScript.js";
import {tinyLanguageModel} from "../../support/tinyLanguageModel.js";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

const script = await childScript(new URL("support/fetchHubModel.ts", import.meta.url));

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
  vi.unstubAllEnvs();
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

  it("is taken as it was fetched last, and the hub is not asked, where nothing is to be fetched", async () => {
    const known = {hubUrl, onlyKnown: true};
    await expect(hubModel("acme/tiny", workspace, known)).rejects.toThrow(NotMade);
    expect(requests).toEqual([]);
    const fetched = await hubModel("acme/tiny", workspace, {hubUrl});
    const before = requests.length;
    expect(await hubModel("acme/tiny", workspace, known)).toBe(fetched);
    expect(await hubModel(`acme/tiny@${COMMIT}`, workspace, known)).toBe(fetched);
    await expect(hubModel("acme/tiny@other", workspace, known)).rejects.toThrow(NotMade);
    expect(requests.length).toBe(before);
  });

  it("is continued where it was cut", {tags: ["long"]}, async () => {
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
    await expect(hubModel("acme/tiny", workspace, {hubUrl})).rejects.toThrow(
      /401 .*no such repository, or it is private or gated: check the name, or set HF_TOKEN/
    );
    process.env.HF_TOKEN = "hf_key_of_a_test";
    await expect(hubModel("acme/tiny", workspace, {hubUrl})).rejects.toThrow(/HF_TOKEN may not read it/);
    answer = () => false;
    await expect(hubModel("acme/other", workspace, {hubUrl})).rejects.toThrow(
      /no such repository or revision/
    );
    await expect(hubModel("acme/tiny:x.gguf", workspace, {hubUrl})).rejects.toThrow(/no file x\.gguf/);
    await expect(hubModel("acme/tiny", workspace, {hubUrl: "http://127.0.0.1:9"})).rejects.toThrow(
      /cannot be reached/
    );
  });

  it(
    "is fetched by one of several who want it, here and in another process, and the others say whom they wait for",
    {tags: ["long"], timeout: 60_000},
    async () => {
      const told: string[] = [];
      const waiting = () => told.filter((one) => /A download of acme\/tiny.*waiting for it/.test(one)).length;
      answer = (request, response) => {
        if (!request.url!.endsWith("model.safetensors")) return false;
        void readFile(join(source, "model.safetensors")).then(async (bytes) => {
          response.writeHead(200, {"content-length": bytes.length});
          response.write(bytes.subarray(0, 50_000));
          await vi.waitUntil(() => waiting() === 2, {timeout: 20_000});
          response.end(bytes.subarray(50_000));
        });
        return true;
      };
      const store = join(folder, "store");
      const options = {hubUrl, onProgress: (message: string) => void told.push(message)};
      const first = hubModel("acme/tiny", workspace, options);
      const second = hubModel("acme/tiny", await openWorkspace(folder, store), options);
      const third = spawn(process.execPath, [script, folder, store, hubUrl], {
        stdio: ["ignore", "pipe", "inherit"]
      });
      third.stdout.setEncoding("utf8").on("data", (text: string) => told.push(...text.split("\n")));
      expect(await once(third, "exit")).toEqual([0, null]);
      expect(await first).toBe(await second);
      expect(requests.filter(({path}) => path.endsWith("model.safetensors"))).toHaveLength(1);
      expect(await readFile(join(await first, "model.safetensors"))).toEqual(
        await readFile(join(source, "model.safetensors"))
      );
    }
  );

  it("is not waited for any longer than the caller wants", async () => {
    answer = (request) => request.url!.endsWith("model.safetensors");
    const [stop, enough] = [new AbortController(), new AbortController()];
    const first = hubModel("acme/tiny", workspace, {hubUrl, signal: stop.signal});
    await vi.waitUntil(() => requests.some(({path}) => path.endsWith("model.safetensors")));
    const waiting = hubModel("acme/tiny", workspace, {
      hubUrl,
      signal: enough.signal,
      onProgress: (message) => message.includes("waiting") && enough.abort(new Error("enough"))
    });
    first.catch(() => undefined);
    await expect(waiting).rejects.toThrow("enough");
    stop.abort(new Error("stopped"));
    await expect(first).rejects.toThrow("stopped");
  });

  it("is read with the token of any hub, which no other host is told", async () => {
    const told: (string | undefined)[] = [];
    const cdn = createServer((request, response) => {
      told.push(request.headers.authorization);
      void readFile(join(source, "model.safetensors")).then((bytes) => response.end(bytes));
    });
    await new Promise<void>((resolve) => cdn.listen(0, "127.0.0.1", resolve));
    const {port} = cdn.address() as AddressInfo;
    answer = (request, response) => {
      if (!request.url!.endsWith("model.safetensors")) return false;
      response.writeHead(302, {location: `http://127.0.0.1:${port}/blob`}).end();
      return true;
    };
    try {
      await hubModel("acme/tiny", workspace, {hubUrl, token: "cmVmdGtuOjAxOjE3"});
    } finally {
      cdn.close();
    }
    expect(told).toEqual([undefined]);
    expect(requests.every(({key}) => key === "Bearer cmVmdGtuOjAxOjE3")).toBe(true);
    await expect(hubModel("acme/tiny", workspace, {hubUrl, token: "sec\u2013ret"})).rejects.toThrow(
      /characters that no header can/
    );
    await expect(
      hubModel("acme/tiny", workspace, {hubUrl: "https://ann:secret@hub.invalid"})
    ).rejects.toThrow(/^HF_ENDPOINT holds a user or a password\. Leave/);
  });

  it("on disk needs no network: by its commit, or by a name whose last commit is known", async () => {
    const path = await hubModel("acme/tiny", workspace, {hubUrl});
    const before = requests.length;
    expect(await hubModel(`acme/tiny@${COMMIT}`, workspace, {hubUrl})).toBe(path);
    expect(requests.length).toBe(before);
    const away = {hubUrl: "http://127.0.0.1:9"};
    const told: string[] = [];
    const options = {...away, onProgress: (message: string) => told.push(message)};
    expect(await hubModel("acme/tiny", workspace, options)).toBe(path);
    expect(told).toEqual([expect.stringMatching(`the commit fetched last is used, ${COMMIT}`)]);
    await expect(hubModel("acme/tiny@other", workspace, away)).rejects.toThrow(/cannot be reached/);
    answer = (_, response) => {
      response.writeHead(404).end();
      return true;
    };
    await expect(hubModel("acme/tiny", workspace, {hubUrl})).rejects.toThrow(/no such repository/);
  });

  it("is asked of the public hub where HF_ENDPOINT is empty", async () => {
    vi.stubEnv("HF_ENDPOINT", "");
    vi.stubEnv("NO_PROXY", "");
    vi.stubEnv("no_proxy", "");
    vi.stubEnv("HTTPS_PROXY", "http://ann:secret@127.0.0.1:9");
    vi.stubEnv("https_proxy", "http://ann:secret@127.0.0.1:9");
    const failed = await hubModel("acme/tiny", workspace).catch((error: Error) => error);
    expect((failed as Error).message).toMatch(
      /from https:\/\/huggingface\.co .*through the proxy 127\.0\.0\.1:9 of the environment/
    );
    expect((failed as Error).message).not.toMatch(/secret|ann:/);
  });

  it("is not asked for where the proxy of the environment is no address", async () => {
    for (const name of ["HTTPS_PROXY", "https_proxy"]) vi.stubEnv(name, "ann:secret@bad::x");
    const failed = await hubModel("acme/tiny", workspace, {hubUrl: "https://hub.example"}).catch(
      (error: Error) => error
    );
    expect((failed as Error).message).toMatch(/https_proxy in the environment is no address of a proxy/);
    expect((failed as Error).message).not.toContain("secret");
  });

  it("is fetched through the proxy of the environment, except from this machine", async () => {
    const proxied: string[] = [];
    const proxy = createServer((request, response) => {
      proxied.push(`${request.method} ${request.url}`);
      request.url = new URL(request.url!).pathname;
      void respond(request, response);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    for (const name of ["HTTP_PROXY", "http_proxy"])
      vi.stubEnv(name, `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    vi.stubEnv("NO_PROXY", "");
    vi.stubEnv("no_proxy", "");
    try {
      await hubModel("acme/tiny", workspace, {hubUrl: "http://hub.example"});
      expect(proxied[0]).toBe("GET http://hub.example/api/models/acme/tiny/revision/main");
      expect(proxied.at(-1)).toMatch(/^GET http:\/\/hub\.example\/acme\/tiny\/resolve\//);
      const count = proxied.length;
      await hubModel("acme/tiny", workspace, {hubUrl});
      expect(proxied).toHaveLength(count);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

describe("GGUF files of the hub", () => {
  const files = (names: readonly string[]) => {
    const bytes = (name: string) => Buffer.from(`GGUF ${name}`);
    answer = (request, response) => {
      const path = request.url!.split("?")[0]!;
      if (path.includes("/tree/"))
        response.setHeader("content-type", "application/json").end(
          JSON.stringify(
            names.map((name) => ({
              type: "file",
              path: name,
              size: bytes(name).length,
              oid: createHash("sha1")
                .update(`blob ${bytes(name).length}\0`)
                .update(bytes(name))
                .digest("hex")
            }))
          )
        );
      else if (path.includes("/resolve/")) response.end(bytes(path.split(`${COMMIT}/`)[1]!));
      else return false;
      return true;
    };
  };

  it("that are parts of one model are fetched and hashed together, whichever was named", async () => {
    files(["q4/m-00001-of-00002.gguf", "q4/m-00002-of-00002.gguf", "q8.gguf"]);
    vi.stubEnv("HF_ENDPOINT", hubUrl);
    const found = await findModel("acme/tiny:q4/m-00002-of-00002.gguf", workspace);
    expect(found.kind).toBe("gguf");
    expect(found.path).toMatch(/q4.m-00001-of-00002\.gguf$/);
    expect(await readdir(dirname(found.path))).toEqual(["m-00001-of-00002.gguf", "m-00002-of-00002.gguf"]);
    expect((await findModel(dirname(found.path), workspace)).weights).toBe(found.weights);
    await writeFile(join(dirname(found.path), "m-00002-of-00002.gguf"), "other");
    expect((await findModel(found.path, workspace)).weights).not.toBe(found.weights);
    await rm(join(dirname(found.path), "m-00002-of-00002.gguf"));
    await expect(findModel(found.path, workspace)).rejects.toThrow(/one of 2 parts .*00002-of-00002\.gguf/);
  });

  it("of which one is missing, and repositories that have no other weights, are refused before anything is fetched", async () => {
    files(["config.json", "m-00001-of-00003.gguf", "m-00003-of-00003.gguf", "q8.gguf"]);
    await expect(hubModel("acme/tiny:m-00001-of-00003.gguf", workspace, {hubUrl})).rejects.toThrow(
      /no file m-00002-of-00003\.gguf\. It has m-00001-of-00003\.gguf, q8\.gguf\./
    );
    await expect(hubModel("acme/tiny", workspace, {hubUrl})).rejects.toThrow(
      /GGUF files: m-00001-of-00003\.gguf, q8\.gguf\. Name one, such as "acme\/tiny:m-00001-of-00003\.gguf"/
    );
    expect(requests.some(({path}) => path.includes("/resolve/"))).toBe(false);
  });
});

// @module-tag long
import {type ChildProcess, spawn} from "node:child_process";
import {mkdir, mkdtemp, rm} from "node:fs/promises";
import {request} from "node:http";
import {connect} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it, vi} from "vitest";
import {previewLines} from "../../src/cli/report/preview/previewLines.js";
import {compiled} from "../support/compiledEngine.js";
import {siteProject} from "../support/buildSite.js";

const main = compiled("bundle/main.js");
let project: string;
let server: ChildProcess;
let port: number;
let printed = "";

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "assay-dev-"));
  await siteProject(project);
  await mkdir(join(project, "evals"));
  server = spawn(process.execPath, [main, "dev", "--port", "0"], {
    cwd: project,
    env: {...process.env, ASSAY_DIR: join(project, ".assay"), NO_COLOR: "1"}
  });
  port = await new Promise<number>((resolve, reject) => {
    const read = (data: Buffer) => {
      printed += data.toString();
      const found = /The report is at http:\/\/localhost:(\d+)\//.exec(printed);
      if (found) resolve(Number(found[1]));
    };
    server.stdout!.on("data", read);
    server.stderr!.on("data", read);
    server.on("exit", (code) => reject(new Error(`assay dev ended with ${code}: ${printed}`)));
  });
  await vi.waitUntil(async () => (await get(PAGE, {host: `localhost:${port}`})).status === 200, {
    timeout: 100_000,
    interval: 200
  });
});

afterAll(async () => {
  if (server.exitCode === null) {
    server.removeAllListeners("exit");
    server.kill("SIGKILL");
  }
  await rm(project, {recursive: true, force: true});
});

/** A page without data, which is there at once. */
const PAGE = "/method.html";

function get(path: string, headers: Record<string, string> = {}): Promise<{status: number; text: string}> {
  return new Promise((resolve, reject) => {
    request({host: "127.0.0.1", port, path, headers}, (answer) => {
      let text = "";
      answer.on("data", (data: Buffer) => (text += data.toString()));
      answer.on("end", () => resolve({status: answer.statusCode!, text}));
    })
      .on("error", reject)
      .end();
  });
}

/** The first line that the server answers to a WebSocket of this origin. */
function socketFrom(origin: string | undefined, host = `localhost:${port}`): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () =>
      socket.write(
        [
          "GET /_observablehq HTTP/1.1",
          `Host: ${host}`,
          "Connection: Upgrade",
          "Upgrade: websocket",
          "Sec-WebSocket-Version: 13",
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
          ...(origin === undefined ? [] : [`Origin: ${origin}`]),
          "",
          ""
        ].join("\r\n")
      )
    );
    socket.once("data", (data) => {
      resolve(data.toString().split("\r\n")[0]!);
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

describe("assay dev", () => {
  it("names the address to open, and not the one that the preview listens on", () => {
    expect(printed).toContain(`The report is at http://localhost:${port}/`);
    expect(printed).not.toMatch(/http:\/\/127\./);
  });

  it("prints nothing else while nothing goes wrong", () => {
    expect(printed.trim()).toBe(`The report is at http://localhost:${port}/`);
    const needed = previewLines();
    const said = [
      "Observable Framework v1.13.4\n↳ http://127.1.1.1:1/\n\nGET /\nassay/components → pages/.observ",
      "ablehq/cache/_node/assay/components.js\nsocket open /_observablehq\n↑ {\n  type: 'hello',\n  path: '/'\n}\n",
      "load /data/a.json → [missing] ↓ { type: 'welcome' }\nsuccess 5 kB in 9ms\n[fresh] success 4 B in 1ms\nerror in 9ms: Not found: index.arrow.md\n",
      "load /data/b.json → [missing] error in 3ms: loader exited with code 1\nError: no such column\n    at line 3\n"
    ].map(needed);
    expect(said.join("")).toBe(
      "load /data/b.json → [missing] error in 3ms: loader exited with code 1\nError: no such column\n    at line 3\n"
    );
  });

  it("sends a package's modules in one file, and the news with every page", async () => {
    const host = {host: `localhost:${port}`};
    const {text} = await get("/notebook.html", host);
    expect(text).not.toMatch(/modulepreload[^>]*_node/);
    expect(text.match(/\/_assay\/news\.js/g)).toHaveLength(1);
    expect((await get("/_assay/news.js", host)).text).toContain("EventSource");
    const components = /_node\/assay@[^"/]+\/components\.js/.exec(text)![0];
    const code = (await get(`/${components}`, host)).text;
    expect([...code.matchAll(/^import .*from "([^"]+)"/gm)].map(([, from]) => from)).not.toContainEqual(
      expect.stringContaining("_node")
    );
    expect(code.length).toBeGreaterThan(500_000);
  });

  it("serves pages to this machine's names only", async () => {
    expect((await get(PAGE, {host: `localhost:${port}`})).status).toBe(200);
    expect((await get(PAGE, {host: `127.0.0.1:${port}`})).status).toBe(200);
    const foreign = await get(PAGE, {host: `report.example:${port}`});
    expect(foreign.status).toBe(421);
    expect(foreign.text).not.toContain("<html");
    expect((await get(PAGE, {host: "localhost"})).status).toBe(421);
  });

  it("answers no page of another server, but follows links", async () => {
    const from = async (headers: Record<string, string>) =>
      (await get(PAGE, {host: `localhost:${port}`, ...headers})).status;
    const crossSite = {"sec-fetch-site": "cross-site"};
    expect(await from({origin: "https://elsewhere.example"})).toBe(403);
    expect(await from({origin: "null"})).toBe(403);
    expect(await from({...crossSite, "sec-fetch-mode": "no-cors"})).toBe(403);
    expect(await from({...crossSite, "sec-fetch-mode": "navigate"})).toBe(200);
    expect(await from({"sec-fetch-site": "same-origin", "sec-fetch-mode": "cors"})).toBe(200);
    expect(await from({origin: `http://localhost:${port}`})).toBe(200);
  });

  it("opens a socket to its own pages only", async () => {
    expect(await socketFrom(`http://localhost:${port}`)).toContain("101");
    expect(await socketFrom("http://elsewhere.example")).toContain("403");
    expect(await socketFrom(undefined)).toContain("403");
    expect(await socketFrom(`http://localhost:${port}`, "elsewhere.example")).toContain("421");
  });

  it("outlives an address that cannot be decoded", async () => {
    expect((await get("/%zz")).status).toBe(400);
    expect((await get("/%c0%af")).status).toBe(400);
    expect((await get(PAGE, {host: `localhost:${port}`})).status).toBe(200);
  });

  it("does not serve the sources of page loaders", async () => {
    for (const path of [
      "/_file/data/runs.json.js",
      "/_file/data/runs%2Ejson.js",
      "/_import/data/runs.json.js",
      "/_file/data/rows/[run].arrow.ts"
    ])
      expect((await get(path)).status).toBe(403);
    // The preview would make the first of these paths of them.
    for (const around of ["/./_file", "/a/../_file", "//x/_file", "/a/%2e%2e/_file", "/a/..%2f_file"])
      expect((await get(`${around}/data/runs.json.js`)).status, around).toBe(400);
  });

  it("ends with the first Ctrl-C, half-open requests or not", async () => {
    const open = connect(port, "127.0.0.1", () => open.write("GET / HTTP/1.1\r\nHost: loc"));
    open.on("error", () => undefined);
    await new Promise((resolve) => open.once("connect", resolve));
    server.removeAllListeners("exit");
    const ended = new Promise<number | null>((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await ended;
    expect(server.exitCode === null && server.signalCode === null).toBe(false);
  });
});

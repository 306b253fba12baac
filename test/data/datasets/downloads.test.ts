// @module-tag long
import {spawn} from "node:child_process";
import {readdirSync, statSync} from "node:fs";
import {createServer, type IncomingMessage, type Server, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {afterAll, describe, expect, it} from "vitest";
import {defineDataset, pull} from "../../../src/data/datasets/index.js";
import {openStore, openWorkspace, type Workspace} from "../../../src/base/store/index.js";
import {writeLoader} from "../../support/assay.js";
import {compiled} from "../../support/compiledEngine.js";
import {temporaryProject, temporaryWorkspace} from "../../support/temporaryWorkspace.js";

const servers: Server[] = [];
afterAll(() =>
  servers.forEach((server) => {
    server.closeAllConnections();
    server.close();
  })
);

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.csv`;
}

/** An edition of the file: each has as many bytes as the others. */
const edition = (name: string) =>
  Buffer.from(`id,label\n${Array.from({length: 20_000}, (_, i) => `r${i},${name.repeat(20)}\n`).join("")}`);

/** Answers a request for the rest of a file with the rest of whatever edition there is now. */
function sendRest(now: string, from: number, response: ServerResponse, more: Record<string, string> = {}) {
  const body = edition(now);
  response.writeHead(206, {
    etag: `"${now}"`,
    "content-range": `bytes ${from}-${body.length - 1}/${body.length}`,
    ...more
  });
  response.end(body.subarray(from));
}

function sendAll(now: string, response: ServerResponse, breakOff = false): void {
  const body = edition(now);
  response.writeHead(200, {etag: `"${now}"`, "content-length": body.length});
  if (!breakOff) return void response.end(body);
  response.write(body.subarray(0, 300_000), () => setTimeout(() => response.destroy(), 50));
}

const startOf = ({headers}: IncomingMessage) => Number(/bytes=(\d+)-/.exec(headers.range ?? "")?.[1] ?? 0);

const loader = (url: string, name = "set") =>
  defineDataset({name, id: "id", source: {kind: "files", files: url}});

async function labelsOf(workspace: Workspace, name = "set"): Promise<unknown> {
  const store = await openStore(workspace);
  try {
    return await store.rows(`select label[1] as label, count(*)::int as n from "${name}" group by 1`);
  } finally {
    store.close();
  }
}

const whole = (label: string) => [{label, n: 20_000}];

describe("a transfer that is taken up again", () => {
  const parts: Record<string, (from: number, response: ServerResponse) => void> = {
    "of another edition": (from, response) => sendRest("B", from, response),
    "that begins elsewhere": (from, response) =>
      sendRest("A", from, response, {"content-range": `bytes 0-${from}/${edition("A").length}`}),
    "of a file of another size": (from, response) =>
      sendRest("A", from, response, {"content-range": `bytes ${from}-900000/900001`}),
    "that says nothing of itself": (from, response) => {
      response.writeHead(206);
      response.end(edition("B").subarray(from));
    }
  };

  it.each(Object.keys(parts))("begins anew when the server sends a part %s", async (what) => {
    const requests: number[] = [];
    const url = await listen((request, response) => {
      requests.push(startOf(request));
      if (requests.length === 1) return sendAll("A", response, true);
      if (startOf(request) > 0) return parts[what]!(startOf(request), response);
      sendAll("B", response);
    });
    const workspace = await temporaryWorkspace();
    await pull(workspace, loader(url));
    expect(await labelsOf(workspace)).toEqual(whole("B"));
    expect(requests.map((from) => from > 0)).toEqual([false, true, false]);
  });

  it("begins anew after its process was killed and the file became another", async () => {
    let now = "A";
    const url = await listen((request, response) => {
      if (now === "A") {
        const body = edition("A");
        response.writeHead(200, {etag: '"A"', "content-length": body.length});
        return void response.write(body.subarray(0, 300_000));
      }
      if (startOf(request) > 0) return sendRest("B", startOf(request), response);
      sendAll("B", response);
    });
    const project = await temporaryProject();
    writeLoader(project, "set", `{name: "set", id: "id", source: {kind: "files", files: "${url}"}}`);
    const child = spawn(process.execPath, [compiled("bundle/main.js"), "pull"], {
      cwd: project,
      env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay")},
      stdio: "ignore"
    });
    const ended = new Promise((resolve) => child.on("close", resolve));
    while (!hasPartial(join(project, ".assay"))) await sleep(20);
    child.kill("SIGKILL");
    await ended;
    now = "B";
    const workspace = await openWorkspace(project, ".assay");
    await pull(workspace, loader(url));
    expect(await labelsOf(workspace)).toEqual(whole("B"));
  });
});

function hasPartial(dir: string): boolean {
  try {
    const names = readdirSync(dir, {recursive: true}) as string[];
    return names.some((name) => name.endsWith(".partial") && statSync(join(dir, name)).size > 200_000);
  } catch {
    return false;
  }
}

it("a file that is cut short with a length that says so is fetched again", async () => {
  let asked = 0;
  const url = await listen((_request, response) => {
    // Without a length of its own the body just ends.
    if (asked++ === 0) {
      response.writeHead(200, {etag: '"A"'});
      return void response.write(edition("A").subarray(0, 300_000), () =>
        setTimeout(() => response.destroy(), 50)
      );
    }
    sendAll("A", response);
  });
  const workspace = await temporaryWorkspace();
  await pull(workspace, loader(url));
  expect(await labelsOf(workspace)).toEqual(whole("A"));
});

it("two pulls from one address wait for one another", async () => {
  let open = 0;
  let most = 0;
  const url = await listen((request, response) => {
    if (request.headers["if-none-match"] === '"A"') return void response.writeHead(304).end();
    most = Math.max(most, ++open);
    const body = edition("A");
    response.writeHead(200, {etag: '"A"', "content-length": body.length});
    let at = 0;
    const timer = setInterval(() => {
      if (at >= body.length) {
        clearInterval(timer);
        open--;
        return void response.end();
      }
      response.write(body.subarray(at, at + 100_000));
      at += 100_000;
    }, 20);
  });
  const workspace = await temporaryWorkspace();
  await Promise.all(["one", "two"].map((name) => pull(workspace, loader(url, name))));
  expect(most).toBe(1);
  expect(await labelsOf(workspace, "one")).toEqual(whole("A"));
  expect(await labelsOf(workspace, "two")).toEqual(whole("A"));
});

it.each([
  ["file:///etc/passwd", "file:///etc/passwd"],
  ["ftp://ann:secret@host.example/rows.csv?key=secret", "ftp://host.example/rows.csv"],
  ["http://", "what is no address"]
])("a redirect to %s is refused at once, by its address", async (location, named) => {
  let asked = 0;
  const url = await listen((_request, response) => {
    asked++;
    response.writeHead(302, {location}).end();
  });
  const failed = await pull(await temporaryWorkspace(), loader(url)).catch((error: Error) => error);
  expect((failed as Error).message).toContain(
    `dataset set: ${url} redirects to ${named}, and only http and https`
  );
  expect((failed as Error).message).not.toContain("secret");
  expect(asked).toBe(1);
});

it("a pull that Ctrl-C ends says what is left, and the next one goes on from there", async () => {
  const ranges: number[] = [];
  const url = await listen((request, response) => {
    ranges.push(startOf(request));
    if (ranges.length > 1) return sendRest("A", startOf(request), response);
    const body = edition("A");
    response.writeHead(200, {etag: '"A"', "content-length": body.length});
    response.write(body.subarray(0, 300_000));
  });
  const project = await temporaryProject();
  writeLoader(project, "set", JSON.stringify(loader(url)));
  const child = spawn(process.execPath, [compiled("bundle/main.js"), "pull"], {
    cwd: project,
    env: {...process.env, ASSAY_PROJECT: project, ASSAY_DIR: join(project, ".assay")}
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said += data.toString()));
  const ended = new Promise((resolve) => child.once("close", resolve));
  while (!hasPartial(join(project, ".assay"))) await sleep(20);
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(said).toContain("The pull of set was stopped. Its versions are as they were; ");
  const workspace = await openWorkspace(project, join(project, ".assay"));
  expect((await pull(workspace, loader(url))).version.rows).toBe(20_000);
  expect(ranges).toEqual([0, expect.any(Number)]);
  expect(ranges[1]).toBeGreaterThan(200_000);
});

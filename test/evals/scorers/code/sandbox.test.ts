import {createServer} from "node:http";
import {mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync} from "node:fs";
import type {AddressInfo} from "node:net";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {bubblewrap} from "../../../../src/evals/scorers/code/bubblewrap.js";
import {chooseSandbox} from "../../../../src/evals/scorers/code/chooseSandbox.js";
import type {CodeLanguage} from "../../../../src/evals/scorers/code/fencedCode.js";
import {nodePermission} from "../../../../src/evals/scorers/code/nodePermission.js";
import {programOf} from "../../../../src/evals/scorers/code/program.js";
import {runProgram} from "../../../../src/evals/scorers/code/runProgram.js";
import type {Sandbox} from "../../../../src/evals/scorers/code/sandbox.js";

const LIMITS = {timeoutMs: 8000, memoryMb: 96, maxOutputBytes: 200_000};
const chosen = await chooseSandbox("python");
const wrapped = "sandbox" in chosen;

let folder: string;
let asked = 0;
const server = createServer((_request, response) => {
  asked++;
  response.end("reached");
}).on("connection", () => asked++);
let port = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "assay-secret-"));
  writeFileSync(join(folder, "secret.txt"), "planted");
  symlinkSync(join(folder, "secret.txt"), join(folder, "link"));
  process.env.ASSAY_TEST_SECRET = "planted";
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  delete process.env.ASSAY_TEST_SECRET;
  rmSync(folder, {recursive: true, force: true});
  server.close();
});

const run = (sandbox: Sandbox, language: CodeLanguage, code: string, limits: Partial<typeof LIMITS> = {}) =>
  runProgram(sandbox, programOf(language, code, ""), {...LIMITS, ...limits});

/** Code that passes only when the attack is refused. */
const refused = (attack: string) =>
  `let done = false; try { ${attack}; done = true } catch {}; assert(!done);`;
const refusedPython = (attack: string) =>
  `done = False\ntry:\n${attack.replace(/^/gm, "    ")}\n    done = True\nexcept Exception as e: print(e)\nassert not done\n`;

const javascript = {
  "reading /etc/passwd": () => refused(`require("fs").readFileSync("/etc/passwd")`),
  "reading the project": () =>
    refused(`require("fs").readFileSync(${JSON.stringify(join(process.cwd(), "package.json"))})`),
  "reading a file by a symbolic link of its own": () =>
    refused(
      `require("fs").symlinkSync(${JSON.stringify(join(folder, "secret.txt"))}, __dirname + "/own"); require("fs").readFileSync(__dirname + "/own")`
    ),
  "reading a file by another's symbolic link": () =>
    refused(`require("fs").readFileSync(${JSON.stringify(join(folder, "link"))})`),
  "writing into the folder of temporary files": () =>
    refused(`require("fs").writeFileSync(${JSON.stringify(join(folder, "written"))}, "x")`),
  "starting a process": () => refused(`require("child_process").execFileSync(process.execPath, ["-v"])`),
  "the environment's secrets": () =>
    `assert(!JSON.stringify(process.env).includes("planted")); assert.equal(process.env.ASSAY_TEST_SECRET, undefined)`,
  "the network by fetch": () =>
    `await assert.rejects(async () => { await fetch("http://127.0.0.1:${port}/") })`,
  "the network by a socket": () =>
    `await assert.rejects(() => new Promise((resolve, reject) => require("net").connect(${port}, "127.0.0.1").on("connect", resolve).on("error", reject)))`,
  "the network by http": () =>
    `import http from "node:http";\nawait assert.rejects(() => new Promise((resolve, reject) => http.get("http://127.0.0.1:${port}/", resolve).on("error", reject)))`,
  "the network by a datagram": () =>
    `await assert.rejects(async () => { const socket = require("dgram").createSocket("udp4"); await new Promise((resolve, reject) => socket.on("error", reject).send("x", 53, "192.0.2.1", (error) => { socket.close(); if (error) reject(error); else resolve() })) })`
};

const python = {
  "reading /etc/passwd": () => refusedPython(`open("/etc/passwd").read()`),
  "reading the project": () =>
    refusedPython(`open(${JSON.stringify(join(process.cwd(), "package.json"))}).read()`),
  "reading a file by a symbolic link of its own": () =>
    refusedPython(
      `import os\nos.symlink(${JSON.stringify(join(folder, "secret.txt"))}, "/scratch/own")\nopen("/scratch/own").read()`
    ),
  "starting a process": () => refusedPython(`import subprocess, sys\nsubprocess.run([sys.executable, "-V"])`),
  "a fork": () => refusedPython(`import os\nos.fork()`),
  "the network": () =>
    refusedPython(`import socket\nsocket.create_connection(("127.0.0.1", ${port}), timeout=2)`),
  "the environment's secrets": () =>
    `import os\nassert "ASSAY_TEST_SECRET" not in os.environ\nassert "planted" not in open("/proc/self/environ").read()\n`,
  "the environment of the process above": () => refusedPython(`open("/proc/${process.pid}/environ").read()`),
  "memory that no limit counts": () =>
    refusedPython(
      `import os\nf = os.memfd_create("x") if hasattr(os, "memfd_create") else None\nos.write(f, b"x" * 100)`
    ),
  "memory in /dev/shm": () => refusedPython(`open("/dev/shm/x", "w").write("x")`),
  "more in its own folder than fits": () =>
    refusedPython(`with open("/scratch/x", "wb") as f:\n    for _ in range(40): f.write(b"x" * 1000000)`)
};

const sandboxes = [...(wrapped ? [bubblewrap] : []), nodePermission];

describe.each(sandboxes.map((sandbox) => [sandbox.name, sandbox] as const))("%s", (_name, sandbox) => {
  it.each(Object.entries(javascript))("keeps JavaScript from %s", async (_what, attack) => {
    const before = asked;
    expect(await run(sandbox, "javascript", attack())).toMatchObject({end: "passed", stderr: []});
    expect(asked).toBe(before);
  });

  it("ends an endless loop at the time limit", async () => {
    const ended = await run(sandbox, "javascript", "for (;;);", {timeoutMs: 700});
    expect(ended.end).toBe("time limit");
    expect(ended.ms).toBeLessThan(3000);
  });

  it("ends code that takes all memory, in the heap and beside it", async () => {
    expect((await run(sandbox, "javascript", `const a = []; for (;;) a.push({})`)).end).toBe("failed");
    const beside = await run(sandbox, "javascript", `const a = []; for (;;) a.push(Buffer.alloc(1e7, 1))`);
    expect(beside.end).toBe("failed");
  });

  it("ends code that prints 100 MB", async () => {
    const code = `const line = "x".repeat(1e5); for (let i = 0; i < 1000; i++) require("fs").writeSync(1, line)`;
    expect((await run(sandbox, "javascript", code)).end).toBe("output limit");
  });

  it("does not take code that ends before its tests for one that passed", async () => {
    const program = programOf("javascript", "process.exit(0)", "assert.equal(1, 2)");
    expect((await runProgram(sandbox, program, LIMITS)).end).toBe("failed");
  });

  it("leaves nothing behind when it is stopped", async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith("assay-code-")).length;
    const before = left();
    const stop = new AbortController();
    const running = runProgram(
      sandbox,
      programOf("javascript", "setTimeout(() => {}, 1e6)", ""),
      LIMITS,
      stop.signal
    );
    setTimeout(() => stop.abort(), 300);
    await expect(running).rejects.toThrow();
    expect(left()).toBeLessThanOrEqual(before);
  });
});

describe.runIf(wrapped)("bubblewrap, for Python", () => {
  it.each(Object.entries(python))("keeps it from %s", async (_what, attack) => {
    const before = asked;
    expect(await run(bubblewrap, "python", attack())).toMatchObject({end: "passed", stderr: []});
    expect(asked).toBe(before);
  });

  it("ends a bomb of threads, and one of memory", async () => {
    const threads = `import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()`;
    expect((await run(bubblewrap, "python", threads)).end).toBe("failed");
    const memory = await run(bubblewrap, "python", `a = []\nwhile True: a.append(bytearray(10**7))`);
    expect(memory).toMatchObject({end: "failed"});
    expect(memory.stderr.at(-1)).toContain("MemoryError");
  });
});

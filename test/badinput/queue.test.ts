import {Command, CommanderError} from "commander";
import {Redis} from "ioredis";
import {createServer, type AddressInfo, type Socket} from "node:net";
import {afterAll, beforeAll, beforeEach, describe, expect, it} from "vitest";
import {plainError} from "../../src/cli/terminal/fail.js";
import {queueCommands} from "../../src/cli/evals/queue/commands.js";
import {
  createSealing,
  drainQueue,
  openQueueLink,
  pauseQueue,
  queueAddress,
  queueStatus,
  resumeQueue,
  retryQueue
} from "../../src/evals/queue/index.js";
import {JOBS, queueKeys, QUEUES} from "../../src/evals/queue/keys.js";
import {connect} from "../../src/evals/queue/server/redis.js";
import {hasValkey, startValkey, type Valkey} from "../evals/queue/support/valkey.js";
import {expectClear, refusalOf} from "./support.js";

const secret = "hunter2-5f2e9c";

describe("an address of a queue", () => {
  it.each<[string | undefined, RegExp]>([
    [undefined, /which queue\?/],
    ["", /which queue\?/],
    [" \t", /which queue\?/],
    [`me:${secret}@host:6379`, /no address|begins with/],
    ["host:6379", /begins with "host:"/],
    ["redis", /no address/],
    ["redis:", /no host/],
    ["redis://", /no host|no address/],
    ["redis:host:6379", /no host/],
    ["redis://:6379", /no host|no address/],
    [`redis://:${secret}@host:99999`, /no address/],
    [`redis://:${secret}@host:port`, /no address/],
    ["redis://host:-1", /no address/],
    [`redis://:${secret}@ho st:6379`, /no address|no host/],
    [`http://me:${secret}@host:6379`, /begins with "http:"/],
    [`postgres://me:${secret}@host/queue`, /begins with "postgres:"/],
    [`unix:///tmp/${secret}.sock`, /begins with "unix:"/],
    ["/var/run/valkey.sock", /no address/],
    [`redis://:${secret}@host:6379/cache`, /number of a database/],
    ["redis://host/-1", /number of a database/],
    ["redis://host/1/2", /number of a database/],
    ["redis://host/1.5", /number of a database/],
    ["redis://host/99999", /number of a database/],
    [`redis://host:6379?password=${secret}`, /no option "password"/],
    ["redis://host:6379/0?commandTimeout=abc", /no option "commandTimeout"/],
    ["redis://host:6379#main", /no "#"/],
    [`x${"y".repeat(5000)}://host`, /begins with/],
    [`redis://${"h".repeat(5000)}:port`, /no address/]
  ])("is refused, and nothing secret of it repeated: %.60s", (text, says) => {
    const message = refusalOf(() => queueAddress(text));
    expectClear(message, says, /redis:\/\//);
    expect(message).not.toContain(secret);
  });

  it("may be of Valkey or Redis, over TLS, with a user, a password and a database", () => {
    for (const [text, shown] of [
      ["valkey://host", "redis://host"],
      ["valkeys://host:1", "rediss://host:1"],
      [`rediss://me:${secret}@host:7000/15`, "rediss://host:7000/15"],
      ["redis://[::1]:6379/", "redis://[::1]:6379"],
      [" redis://host ", "redis://host"],
      ["redis://host?family=6", "redis://host"]
    ])
      expect(queueAddress(text).shown).toBe(shown);
  });
});

it.each([
  secret,
  " ",
  Buffer.alloc(31, 7).toString("base64"),
  Buffer.alloc(33, 7).toString("base64"),
  Buffer.alloc(31, 7).toString("hex"),
  "g".repeat(64),
  "ключ".repeat(8),
  secret.repeat(1000)
])("a key that is none is refused and not repeated: %.60s", (key) => {
  const message = refusalOf(() => createSealing(key));
  expectClear(message, "ASSAY_QUEUE_KEY", "openssl rand");
  expect(message).not.toContain(key.trim() || secret);
});

describe("words of `assay worker` and `assay queue`", () => {
  it.each<[string, RegExp]>([
    ["worker -j 0", /from 1 to 10,000/],
    ["worker -j -1", /from 1 to 10,000/],
    ["worker -j ten", /from 1 to 10,000/],
    ["worker -j 1e15", /from 1 to 10,000/],
    ["worker -j 2.5", /whole number/],
    ["worker -j", /argument missing/],
    ["worker --concurency 4", /unknown option.*Did you mean --concurrency\?/s],
    ["worker redis://a redis://b", /too many arguments/],
    ["queue", /status/],
    ["queue stats", /unknown command.*Did you mean status\?/s],
    ["queue status --jsno", /unknown option.*Did you mean --json\?/s],
    ["queue pause redis://a redis://b", /too many arguments/],
    ["queue drain --all", /unknown option/]
  ])("are refused as wrong usage: %s", async (words, says) => {
    const program = new Command("assay").exitOverride().showSuggestionAfterError();
    let said = "";
    program.configureOutput({writeErr: (text) => (said += text), writeOut: (text) => (said += text)});
    for (const declare of queueCommands) declare(program);
    const quiet = (command: Command): void =>
      command.commands.forEach((one) => quiet(one.copyInheritedSettings(command)));
    quiet(program);
    const error: unknown = await program
      .parseAsync(words.split(" "), {from: "user"})
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(CommanderError);
    expect((error as CommanderError).exitCode).not.toBe(0);
    expectClear(said.trim(), says);
  });
});

/** What a person reads when this fails; it must fail, and soon. */
async function said(work: Promise<unknown>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(() => resolve("hangs"), 12_000)));
  const ended = await Promise.race([
    work.then(
      () => "accepted",
      (error: unknown) => plainError(error)
    ),
    late
  ]);
  clearTimeout(timer);
  return ended as string;
}

describe("a server that is no queue", () => {
  const answering = async (answer: (socket: Socket) => void) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on("error", () => undefined));
      answer(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const {port} = server.address() as AddressInfo;
    const close = () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return {address: queueAddress(`redis://me:${secret}@127.0.0.1:${port}`), close};
  };

  it.each<[string, (socket: Socket) => void]>([
    ["says nothing", () => undefined],
    ["closes at once", (socket) => socket.end()],
    ["speaks HTTP", (socket) => socket.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")],
    ["sends noise", (socket) => socket.write(Buffer.alloc(4096, 255))],
    ["sends half an answer", (socket) => socket.write("$100000\r\nabc")],
    ["refuses everything", (socket) => socket.on("data", () => socket.write("-ERR no\r\n"))]
  ])("is named with what to do: it %s", async (_name, answer) => {
    const {address, close} = await answering(answer);
    try {
      const message = await said(connect(address, () => undefined, 60_000, 1000));
      expectClear(message, address.shown, "valkey-server", "check the address");
      expect(message).not.toContain(secret);
    } finally {
      close();
    }
  });

  it.each([
    ["nobody listens", "redis://127.0.0.1:1", /ECONNREFUSED/],
    ["no such host", "redis://no-such-host.invalid", /ENOTFOUND|EAI_AGAIN/]
  ])("is named with what to do: %s", async (_name, url, says) => {
    expectClear(await said(openQueueLink(queueAddress(url))), says, "valkey-server");
  });
});

describe.skipIf(!hasValkey())("a server of others", () => {
  let valkey: Valkey;
  let redis: Redis;
  beforeAll(async () => {
    valkey = await startValkey();
    redis = new Redis(valkey.url);
  });
  beforeEach(async () => {
    await redis.config("SET", "maxmemory", "0");
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await valkey.close();
  });

  const queue = "loopback-0123456789ab";
  const keys = queueKeys(queue);
  const operations = {
    status: queueStatus,
    pause: pauseQueue,
    resume: resumeQueue,
    drain: drainQueue,
    retry: retryQueue
  };
  const through = async (operation: keyof typeof operations, url = valkey.url) => {
    const link = await openQueueLink(queueAddress(url));
    try {
      return await operations[operation](link);
    } finally {
      link.close();
    }
  };

  it.each<[string, string, RegExp]>([
    ["a database that is not there", "/99", /DB index is out of range/],
    ["a user that is not there", `nobody:${secret}@`, /WRONGPASS/]
  ])("refuses %s", async (_name, part, says) => {
    const url = part.startsWith("/") ? valkey.url + part : valkey.url.replace("redis://", `redis://${part}`);
    const message = await said(openQueueLink(queueAddress(url)));
    expectClear(message, says, queueAddress(valkey.url).shown);
    expect(message).not.toContain(secret);
  });

  it("refuses TLS where it has none, soon", async () => {
    const address = queueAddress(valkey.url.replace("redis:", "rediss:"));
    const message = await said(connect(address, () => undefined, 60_000, 1000));
    expectClear(message, "rediss://", "valkey-server");
  });

  it.each([
    ["status", QUEUES],
    ["pause", QUEUES],
    ["resume", QUEUES],
    ["drain", QUEUES],
    ["retry", QUEUES],
    ["status", keys.inFlight],
    ["status", keys.workers],
    ["status", keys.limits, "list"],
    ["status", `${JOBS}:${queue}:wait`],
    ["status", `${JOBS}:${queue}:failed`],
    ["pause", `${JOBS}:${queue}:meta`],
    ["retry", `${JOBS}:${queue}:failed`],
    ["drain", `${JOBS}:${queue}:wait`]
  ] as [keyof typeof operations, string, string?][])(
    "%s names a key that is not Assay's: %s",
    async (operation, key, kind) => {
      if (key !== QUEUES) await redis.hset(QUEUES, queue, "loopback");
      if (kind === "list") await redis.rpush(key, "x");
      else await redis.set(key, "of another program");
      const message = await said(through(operation));
      expectClear(message, queueAddress(valkey.url).shown, "not written by Assay", "valkey-cli del");
    }
  );

  it.each<[string, () => Promise<unknown>]>([
    ["limits that are no JSON", () => redis.set(keys.limits, "{")],
    ["limits that are null", () => redis.set(keys.limits, "null")],
    ["limits that are a list", () => redis.set(keys.limits, "[1]")],
    ["limits without a number", () => redis.set(keys.limits, '{"limit": "many"}')],
    ["calls in flight that are no number", () => redis.hset(keys.inFlight, "w|r", "many")],
    ["a queue of another program", () => redis.hset(QUEUES, "a:b", "x", "", "y", "..", "z")],
    ["a queue with a name of 100,000 letters", () => redis.hset(QUEUES, "l".repeat(1e5), "x")],
    ["an endpoint whose name moves the cursor", () => redis.hset(QUEUES, queue, "\u001b[2J")],
    ["a thousand runs of others", () => redis.mset(manyRuns())]
  ])("shows where its queues stand beside %s", async (_name, write) => {
    await redis.hset(QUEUES, queue, "loopback");
    await write();
    const {queues} = (await through("status")) as Awaited<ReturnType<typeof queueStatus>>;
    expect(queues.map(({queue}) => queue)).toEqual([queue]);
    expect(queues[0]!.inFlight).toBe(0);
    expect(queues[0]!.allowed).toBeUndefined();
    for (const operation of ["pause", "resume", "retry"] as const) await through(operation);
  });

  it.each<[string, RegExp, () => Promise<unknown>]>([
    ["is full", /memory is full/, () => redis.config("SET", "maxmemory", "1")],
    ["is a replica", /address of the primary/, () => redis.replicaof("127.0.0.1", 1)]
  ])("says so when it %s", async (_name, says, change) => {
    await redis.hset(QUEUES, queue, "loopback");
    await change();
    try {
      expectClear(await said(through("pause")), says, queueAddress(valkey.url).shown);
    } finally {
      await redis.replicaof("NO", "ONE");
    }
  });

  it("says so when its user may not do what a queue needs", async () => {
    await redis.call("ACL", "SETUSER", "reader", "on", `>${secret}`, "~assay:*", "+@read", "+@connection");
    await redis.hset(QUEUES, queue, "loopback");
    const message = await said(through("pause", valkey.url.replace("redis://", `redis://reader:${secret}@`)));
    expectClear(message, "may not do what a queue needs");
    expect(message).not.toContain(secret);
  });

  const manyRuns = () => Object.fromEntries(Array.from({length: 1000}, (_, i) => [`assay:runs:${i}`, "x"]));
});

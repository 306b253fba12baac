import {type ChildProcess, spawn, spawnSync} from "node:child_process";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {Redis} from "ioredis";
import {freePort} from "../../../support/freePort.js";

export interface Valkey {
  url: string;
  /** The server's folder: its dump and its append-only file. */
  folder: string;
  /** The server's process; undefined while it is away. */
  readonly pid: number | undefined;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface ValkeyOptions {
  /** Keep every write in an append-only file. */
  aof?: boolean;
  password?: string;
}

const installed = spawnSync("valkey-server", ["--version"]).status === 0;

/** Whether tests of the queue can run here. Fails in continuous integration, where the server must be. */
export function hasValkey(): boolean {
  if (installed) return true;
  const why = "valkey-server is not installed (Debian: apt-get install valkey-server)";
  if (process.env.CI) throw new Error(why);
  console.warn(`skipped: ${why}`);
  return false;
}

/** A real server on a port of its own, with nothing in it. */
export async function startValkey({aof, password}: ValkeyOptions = {}): Promise<Valkey> {
  const folder = await mkdtemp(join(tmpdir(), "assay-valkey-"));
  const port = await freePort();
  const url = `redis://${password ? `:${password}@` : ""}127.0.0.1:${port}`;
  let server: ChildProcess | undefined;
  const start = async () => {
    server = spawn(
      "valkey-server",
      [
        ...["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
        ...(aof ? ["--appendonly", "yes"] : []),
        ...(password ? ["--requirepass", password] : [])
      ],
      {stdio: "ignore"}
    );
    const probe = new Redis(url, {retryStrategy: () => 20, maxRetriesPerRequest: null});
    probe.on("error", () => undefined);
    await probe.ping();
    probe.disconnect();
  };
  const kill = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return;
    const gone = new Promise((resolve) => server!.once("exit", resolve));
    server.kill("SIGKILL");
    await gone;
  };
  await start();
  return {
    url,
    folder,
    get pid() {
      return server?.pid;
    },
    kill,
    start,
    async close() {
      await kill();
      await rm(folder, {recursive: true, force: true});
    }
  };
}

import type * as BullMQ from "bullmq";
import {messageOf, UserError} from "../../../base/validation/index.js";
import type {QueueAddress} from "../address.js";

/** What is used of an ioredis connection. */
export interface Redis {
  connect(): Promise<void>;
  disconnect(): void;
  duplicate(): Redis;
  on(event: "error", listener: (error: Error) => void): this;
  on(event: "reconnecting" | "ready", listener: () => void): this;
  on(event: "message", listener: (channel: string, message: string) => void): this;
  defineCommand(name: string, definition: {numberOfKeys: number; lua: string}): void;
  call(command: string, ...args: (string | number)[]): Promise<unknown>;
  pipeline(commands: RedisCommand[]): {exec(): Promise<[Error | null, unknown][] | null>};
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
}

/** A command with its arguments. */
export type RedisCommand = (string | number)[];

type OpenRedis = new (url: string, options: Record<string, unknown>) => Redis;

/** A server that takes the connection and says nothing is no queue after this. */
const CONNECT_MS = 15_000;

/** BullMQ asks for its Redis client by name, as we do: neither is loaded, or needed, without a queue. */
const CLIENT: string = "ioredis";

/** The two packages that a queue needs. Throws UserError when the project has not got them. */
export async function queuePackages(): Promise<{
  bullmq: typeof BullMQ;
  open: OpenRedis;
}> {
  try {
    const [bullmq, ioredis] = await Promise.all([
      import("bullmq"),
      import(CLIENT) as Promise<{Redis: OpenRedis}>
    ]);
    return {bullmq, open: ioredis.Redis};
  } catch (cause) {
    throw new UserError("a queue needs the packages bullmq and ioredis. Run `npm install bullmq ioredis`.", {
      cause
    });
  }
}

/**
 * Opens a connection, which from then on outlives restarts of the server: commands wait until it is back.
 * Throws UserError when nobody answers within `connectMs`, or the server refuses the password or the database.
 * @param answerMs a command that was not answered for so long rejects: the answer of a server that was killed may never come
 */
export async function connect(
  address: QueueAddress,
  tell: (message: string) => void,
  answerMs: number,
  connectMs = CONNECT_MS
): Promise<Redis> {
  const {open} = await queuePackages();
  let ready = false;
  const redis = new open(address.url, {
    lazyConnect: true,
    maxRetriesPerRequest: null,
    connectTimeout: 10_000,
    commandTimeout: answerMs,
    retryStrategy: (times: number) => (ready ? Math.min(2000, 50 * times) : null)
  });
  let last = "the connection was closed";
  redis.on("error", ({message}) => (last = message));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it said nothing within ${connectMs / 1000} s`)), connectMs);
  });
  try {
    const opened = redis.connect().then(async () => {
      await redis.call("PING");
      // The client asks for the database of the address, and goes on in another when there is none.
      const database = new URL(address.url).pathname.slice(1);
      if (database !== "") await redis.call("SELECT", database);
    });
    opened.catch(() => undefined);
    await Promise.race([opened, late]);
  } catch (error) {
    redis.disconnect();
    const said = messageOf(error).startsWith("Connection is closed") ? last : messageOf(error);
    throw new UserError(
      `no Valkey or Redis server answers at ${address.shown} as a queue needs it (${said.slice(0, 300)}). Start one with \`valkey-server\`, or check the address, its password and its database.`
    );
  } finally {
    clearTimeout(timer);
  }
  ready = true;
  let lost = false;
  redis.on("reconnecting", () => {
    if (!lost) tell(`the connection to ${address.shown} is lost; waiting for the server`);
    lost = true;
  });
  redis.on("ready", () => {
    if (lost) tell(`${address.shown} is back`);
    lost = false;
  });
  return redis;
}

/** Sends commands at once; throws the first error that one gives. */
export async function pipelined(redis: Redis, commands: RedisCommand[]): Promise<unknown[]> {
  if (commands.length === 0) return [];
  const results =
    (await redis.pipeline(commands.map(([name, ...rest]) => [String(name).toLowerCase(), ...rest])).exec()) ??
    [];
  for (const [error] of results) if (error) throw error;
  return results.map(([, value]) => value);
}

/** What a command gives as names and values in turn. */
export function pairs(flat: unknown): Map<string, string> {
  const list = flat as string[];
  const map = new Map<string, string>();
  for (let i = 0; i < list.length; i += 2) map.set(list[i]!, list[i + 1]!);
  return map;
}

/** The server's clock, in milliseconds. */
export async function serverTime(redis: Redis): Promise<number> {
  return Number(((await redis.call("TIME")) as string[])[0]) * 1000;
}

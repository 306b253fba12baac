import {type ChildProcess, spawn} from "node:child_process";
import {createServer, type IncomingMessage, request, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {setTimeout as sleep} from "node:timers/promises";
import {afterAll} from "vitest";
import {freePort} from "./freePort.js";

/** What happens to a request on its way. */
export type Fate =
  | "forward"
  /** It is done, and the answer never comes. */
  | "lose the answer"
  /** It never arrives, and nobody says so. */
  | "hang"
  | {status: number}
  /** It is done, and its answer comes when this resolves. */
  | {answered: () => Promise<void>};

export interface S3Server {
  /** The address that clients are given. */
  endpoint: string;
  /** Variables with which AWS libraries find it. */
  env: Record<string, string>;
  /** Makes a bucket and gives its name. */
  bucket(): Promise<string>;
  /** Decides about each request; default: forward all. */
  fate(decide: (request: {method: string; url: string}) => Fate): void;
  /** Makes every listing a page of so many keys. */
  pageSize(keys: number | undefined): void;
  /** Requests so far, as "PUT /bucket/key". */
  requests: string[];
  /** The keys of a bucket, as the server itself lists them. */
  keys(bucket: string): Promise<string[]>;
}

/**
 * A real S3 server (moto), behind a proxy that makes what it does atomic: moto looks and then writes, and versions before 5.2
 * do not know If-Match. Undefined, with the reason printed, when moto is not installed; with CI set that is an error.
 */
export async function startS3(): Promise<S3Server | undefined> {
  const port = await freePort();
  for (const python of ["python3", "/usr/bin/python3"]) {
    const child = spawn(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", String(port)], {
      stdio: "ignore"
    });
    if (await answers(child, port)) return behindProxy(child, port);
  }
  const reason =
    "no S3 server: `apt-get install python3-moto python3-flask-cors` (or `pip install moto[server]`)";
  if (process.env.CI) throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return undefined;
}

async function answers(child: ChildProcess, port: number): Promise<boolean> {
  let ended = false;
  child.once("exit", () => (ended = true)).once("error", () => (ended = true));
  for (const until = Date.now() + 90_000; Date.now() < until && !ended; await sleep(100))
    if (await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)) return true;
  child.kill("SIGKILL");
  return false;
}

async function behindProxy(child: ChildProcess, port: number): Promise<S3Server> {
  let decide: (request: {method: string; url: string}) => Fate = () => "forward";
  let pageSize: number | undefined;
  const requests: string[] = [];
  const writes = new Map<string, Promise<void>>();
  const proxy = createServer((incoming, answer) => {
    const method = incoming.method ?? "GET";
    const path = new URL(incoming.url ?? "/", "http://any").pathname;
    requests.push(`${method} ${incoming.url}`);
    const url = incoming.url ?? "/";
    if (pageSize !== undefined && url.includes("list-type=2"))
      incoming.url = url.replace(/&max-keys=\d+|$/, `&max-keys=${pageSize}`);
    const fate = decide({method, url});
    const work = () => forwarded(port, incoming, answer, fate).catch(() => answer.destroy());
    const conditional = incoming.headers["if-match"] ?? incoming.headers["if-none-match"];
    if (method === "GET" || method === "HEAD" || (method === "PUT" && incoming.url!.includes("uploadId")))
      void work();
    // One write to a key at a time, and nothing between its condition and its doing.
    else {
      const before = conditional === undefined ? undefined : writes.get(path);
      const mine = (before ?? Promise.resolve()).then(work);
      writes.set(
        path,
        Promise.all([writes.get(path), mine]).then(() => undefined)
      );
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    proxy.closeAllConnections();
    proxy.close();
    child.kill("SIGKILL");
  });
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  let buckets = 0;
  return {
    endpoint,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_EC2_METADATA_DISABLED: "true"
    },
    requests,
    fate: (next) => (decide = next),
    pageSize: (keys) => (pageSize = keys),
    bucket: async () => {
      const name = `bucket-${++buckets}`;
      await fetch(`http://127.0.0.1:${port}/${name}`, {method: "PUT"});
      return name;
    },
    keys: async (bucket) => {
      const authorization =
        "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, Signature=test";
      const url = `http://127.0.0.1:${port}/${bucket}?list-type=2`;
      const xml = await (await fetch(url, {headers: {authorization}})).text();
      return [...xml.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!);
    }
  };
}

async function forwarded(
  port: number,
  incoming: IncomingMessage,
  answer: ServerResponse,
  fate: Fate
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  if (fate === "hang") return;
  if (typeof fate === "object" && "status" in fate) return void answer.writeHead(fate.status).end();
  const path = incoming.url!.split("?")[0]!;
  const wanted = incoming.headers["if-match"];
  if (wanted !== undefined && incoming.method === "PUT") {
    const {authorization = ""} = incoming.headers;
    const head = await fetch(`http://127.0.0.1:${port}${path}`, {method: "HEAD", headers: {authorization}});
    if (head.status === 404) return refused(answer, 404, "NoSuchKey");
    if (head.headers.get("etag") !== wanted) return refused(answer, 412, "PreconditionFailed");
  }
  const headers = {...incoming.headers};
  delete headers.expect;
  delete headers["if-match"];
  if (incoming.method === "GET" && wanted !== undefined) headers["if-match"] = wanted;
  await new Promise<void>((resolve, reject) => {
    const onward = request(
      {host: "127.0.0.1", port, method: incoming.method, path: incoming.url, headers},
      async (response) => {
        if (typeof fate === "object") await fate.answered();
        if (fate === "lose the answer") {
          response.resume().once("end", () => resolve(void incoming.socket.destroy()));
          return;
        }
        answer.writeHead(response.statusCode!, response.headers);
        response.pipe(answer).once("finish", resolve).once("close", resolve);
      }
    );
    onward.once("error", reject);
    onward.end(Buffer.concat(chunks));
  });
}

function refused(answer: ServerResponse, status: number, code: string): void {
  answer
    .writeHead(status, {"content-type": "application/xml"})
    .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

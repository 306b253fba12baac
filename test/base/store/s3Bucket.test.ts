// @module-tag long
import {describe, expect, it} from "vitest";
import {Bucket} from "../../../src/base/store/storage/s3/bucket.js";
import {Claim, claimKey} from "../../../src/base/store/storage/s3/claim.js";
import {failure, openClients} from "../../../src/base/store/storage/s3/client.js";
import {giveUpSeconds} from "../../../src/base/system/index.js";
import {tellServerWaits} from "../../../src/base/store/index.js";
import {storeServerFindings} from "../../../src/cli/start/remoteFindings.js";
import {startS3} from "../../support/s3Server.js";

const server = await startS3();
Object.assign(process.env, server?.env);

const folder = "datasets/d/v";
const key = claimKey(folder);

const expired = JSON.stringify({
  owner: "b",
  host: "elsewhere",
  pid: 1,
  what: "a pull",
  since: "2026-01-01",
  expires: new Date(0).toISOString()
});

async function open(): Promise<Bucket> {
  return new Bucket(await openClients(), "s3://b", await server!.bucket(), "");
}

const textAt = async (bucket: Bucket) => {
  const found = await bucket.get(key);
  return found && found !== "unchanged" ? Buffer.from(found.bytes).toString() : undefined;
};

it.skipIf(!server)("a request that nobody answers is made again", async () => {
  const bucket = new Bucket(await openClients(process.env, 2_000), "s3://b", await server!.bucket(), "");
  let hung = 0;
  server!.fate(() => (hung++ === 0 ? "hang" : "forward"));
  await bucket.put("a", "1");
  expect(hung).toBeGreaterThan(1);
});

it("an endpoint that is none is told without its password", () => {
  const error = new Error("Custom endpoint `user://S3cretPW@127.0.0.1` was not a valid URI");
  expect(failure(error, "s3://b", "reading a").message).not.toContain("S3cretPW");
});

describe.skipIf(!server)("a claim", () => {
  it("leaves no trace when it is dropped", async () => {
    const bucket = await open();
    const claim = (await Claim.take(bucket, folder, "a pull")) as Claim;
    expect(await textAt(bucket)).toContain("a pull");
    await claim.drop();
    expect(await textAt(bucket)).toBeUndefined();
  });

  it("that lapsed leaves the claim of whoever took the folder over when it is dropped", async () => {
    const bucket = await open();
    const lapsed = (await Claim.take(bucket, folder, "the first pull")) as Claim;
    await bucket.put(key, expired);
    const next = (await Claim.take(bucket, folder, "the next pull")) as Claim;
    await lapsed.drop();
    expect(await textAt(bucket)).toContain("the next pull");
    expect(await next.done()).toBe(true);
  });

  it("of a dead holder is taken over to clear its folder, a living one's is not, and none is made where there is none", async () => {
    const bucket = await open();
    expect(await Claim.takeOver(bucket, folder, "sweeping")).toBeUndefined();
    expect(await textAt(bucket)).toBeUndefined();
    await bucket.put(key, expired);
    const claim = (await Claim.takeOver(bucket, folder, "sweeping"))!;
    expect(await textAt(bucket)).toContain("sweeping");
    expect(await Claim.takeOver(bucket, folder, "sweeping again")).toBeUndefined();
    await claim.drop();
  });
});

describe.skipIf(!server)("a server in trouble", () => {
  const openWith = async (giveUpMs: number, told: string[]) => {
    server!.fate(() => "forward");
    tellServerWaits((text) => told.push(text));
    const clients = await openClients(process.env, 300, {giveUpMs, tellMs: 200});
    const bucket = new Bucket(clients, "s3://b", await server!.bucket(), "");
    await bucket.put("first", "1");
    return bucket;
  };

  it("is tried again for as long as is stated, told of meanwhile, and its end is one sentence", async () => {
    const told: string[] = [];
    const bucket = await openWith(1500, told);
    server!.fate(() => ({status: 503}));
    const since = performance.now();
    const failed = bucket.put("a", "1");
    await expect(failed).rejects.toThrow(
      /^s3:\/\/b: writing a failed with status 503: [^.]*\. Try again later/
    );
    expect(performance.now() - since).toBeGreaterThan(700);
    expect(told.join("\n")).toMatch(
      /server http\S+ (does not answer|answers with status 503) for \d+ s; it is tried/
    );
  });

  it("that comes back in time is no failure", async () => {
    const bucket = await openWith(20_000, []);
    const back = performance.now() + 2500;
    server!.fate(() => (performance.now() < back ? {status: 503} : "forward"));
    await bucket.put("a", "1");
    expect(await bucket.etag("a")).toBeDefined();
    server!.fate(() => "forward");
  });
});

it("seconds of ASSAY_GIVE_UP_AFTER are a number", () => {
  expect(giveUpSeconds({})).toBe(300);
  expect(giveUpSeconds({ASSAY_GIVE_UP_AFTER: "20"})).toBe(20);
  for (const wrong of ["soon", "-1", "0x10", "1e9"])
    expect(() => giveUpSeconds({ASSAY_GIVE_UP_AFTER: wrong})).toThrow(/Write a number of seconds/);
});

describe.skipIf(!server)("the store's server, by assay doctor", () => {
  it("honours conditions, or is named as one that does not; the probe leaves nothing behind", async () => {
    const bucket = await server!.bucket();
    const findings = await storeServerFindings(`s3://${bucket}/x`);
    expect(findings.map(({check, status}) => [check, status])).toEqual([
      ["conditional writes", "ok"],
      ["clock", "ok"],
      ["latency", "ok"]
    ]);
    expect(await server!.keys(bucket)).toEqual([]);
  });

  it("that ignores If-None-Match or If-Match is an error", async () => {
    const bucket = await server!.bucket();
    const {createServer, request} = await import("node:http");
    const proxy = createServer((incoming, answer) => {
      const headers = {...incoming.headers};
      delete headers["if-none-match"];
      delete headers["if-match"];
      incoming.pipe(
        request(`${server!.endpoint}${incoming.url}`, {method: incoming.method, headers}, (got) => {
          answer.writeHead(got.statusCode!, got.headers);
          got.pipe(answer);
        })
      );
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(proxy.address() as {port: number}).port}`;
    try {
      const [conditions] = await storeServerFindings(`s3://${bucket}/x`);
      expect(conditions).toMatchObject({check: "conditional writes", status: "error"});
      expect(conditions!.message).toContain("ignores If-None-Match: * and If-Match");
    } finally {
      process.env.AWS_ENDPOINT_URL = server!.endpoint;
      proxy.closeAllConnections();
      proxy.close();
    }
  });
});

import {describe, expect, it} from "vitest";
import {Bucket} from "../../../src/base/store/storage/s3/bucket.js";
import {Claim, claimKey} from "../../../src/base/store/storage/s3/claim.js";
import {failure, openClients} from "../../../src/base/store/storage/s3/client.js";
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

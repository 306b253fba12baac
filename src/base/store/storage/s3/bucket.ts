import {randomUUID} from "node:crypto";
import {createReadStream} from "node:fs";
import {readFile, stat} from "node:fs/promises";
import type {Readable} from "node:stream";
import {setTimeout as sleep} from "node:timers/promises";
import type {S3Client} from "@aws-sdk/client-s3";
import {type Clients, failure} from "./client.js";
import {statusOf} from "./tryAgain.js";

/** An object as a listing tells it. */
export interface ListedObject {
  key: string;
  etag: string;
  size: number;
  modified: Date;
}

export interface BucketObject {
  etag: string;
  bytes: Uint8Array;
}

/** What must be at a key for a write to happen: nothing, or bytes with this ETag. */
export type Condition = {absent: true} | {etag: string};

/** Files above this go up in parts of it: a part that fails is sent again alone. */
const PART_BYTES = 16 << 20;

/** The objects of a bucket below a prefix, by their keys without it. Errors say which bucket and what to look at. */
export class Bucket {
  private readonly client: S3Client;

  constructor(
    private readonly clients: Clients,
    readonly name: string,
    private readonly bucket: string,
    private readonly prefix: string
  ) {
    this.client = clients.client;
  }

  /** Every object whose key begins so, in the order of their keys' bytes. */
  async list(beginning: string): Promise<ListedObject[]> {
    const found: ListedObject[] = [];
    let token: string | undefined;
    do {
      const page = await this.asked("ListObjectsV2", (s3) =>
        this.client.send(
          new s3.ListObjectsV2Command({
            Bucket: this.bucket,
            Prefix: this.prefix + beginning,
            ContinuationToken: token
          })
        )
      );
      for (const {Key = "", ETag = "", Size = 0, LastModified = new Date()} of page.Contents ?? [])
        found.push({key: Key.slice(this.prefix.length), etag: ETag, size: Size, modified: LastModified});
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
    return found;
  }

  /** An object's ETag, or undefined when there is none. */
  async etag(key: string): Promise<string | undefined> {
    const head = await this.head(key);
    return head?.ETag;
  }

  /** An object, "unchanged" when its ETag is still `known`, or undefined when there is none. */
  async get(key: string, known?: string): Promise<BucketObject | "unchanged" | undefined> {
    const got = await this.open(key, {IfNoneMatch: known});
    if (got === undefined || got === "unchanged") return got;
    return {etag: got.etag, bytes: await got.body.transformToByteArray()};
  }

  /** The same as a stream, with its size. */
  async stream(
    key: string,
    known?: string
  ): Promise<{etag: string; size: number; body: Readable} | "unchanged" | undefined> {
    const got = await this.open(key, {IfNoneMatch: known});
    if (got === undefined || got === "unchanged") return got;
    return {etag: got.etag, size: got.size, body: got.body as unknown as Readable};
  }

  /** Bytes from `start` up to, not including, `end`; fewer where the object ends before. */
  async range(key: string, start: number, end: number): Promise<Uint8Array | undefined> {
    if (end <= start) return (await this.head(key)) && new Uint8Array();
    try {
      const got = await this.open(key, {Range: `bytes=${start}-${end - 1}`});
      return got === undefined || got === "unchanged" ? undefined : await got.body.transformToByteArray();
    } catch (error) {
      if (statusOf(error) === 416) return new Uint8Array();
      throw error;
    }
  }

  /** Writes an object whatever was there; its ETag. */
  async put(key: string, bytes: Uint8Array | string): Promise<string> {
    const done = await this.asked(`writing ${key}`, (s3) =>
      this.client.send(new s3.PutObjectCommand({...this.at(key), Body: bytes}))
    );
    return done.ETag ?? "";
  }

  /**
   * Writes an object if the condition holds; its ETag, or undefined when it does not. The request carries a word of its own:
   * one that was answered, whose answer got lost, and that is sent again finds its own object, and has won.
   */
  async putIf(key: string, bytes: Uint8Array | string, condition: Condition): Promise<string | undefined> {
    const writer = randomUUID();
    for (;;)
      try {
        const done = await this.asked(
          `writing ${key}`,
          (s3) =>
            this.client.send(
              new s3.PutObjectCommand({
                ...this.at(key),
                Body: bytes,
                Metadata: {writer},
                IfNoneMatch: "absent" in condition ? "*" : undefined,
                IfMatch: "etag" in condition ? condition.etag : undefined
              })
            ),
          [404, 409, 412]
        );
        return done.ETag ?? "";
      } catch (error) {
        // Another write to the key was under way: which of them won shows at the next try.
        if (statusOf(error) === 409) await sleep(20 + Math.random() * 80);
        else if (statusOf(error) === 404) return undefined;
        else if (statusOf(error) === 412) {
          const head = await this.head(key);
          return head?.Metadata?.writer === writer ? head.ETag : undefined;
        } else throw error;
      }
  }

  /** Writes a file, in parts when it is large: it appears when the last part is there. Its ETag. */
  async putFile(key: string, path: string, signal?: AbortSignal): Promise<string> {
    const {size} = await stat(path);
    if (size <= PART_BYTES) {
      // Bytes, no stream: the client sends again only what it can read again.
      return this.put(key, await readFile(path));
    }
    const upload = new this.clients.storage.Upload({
      client: this.client,
      // No object may have more than 10,000 parts.
      partSize: Math.max(PART_BYTES, Math.ceil(size / 9_000)),
      queueSize: 4,
      params: {...this.at(key), Body: createReadStream(path)}
    });
    const abort = () => void upload.abort();
    signal?.addEventListener("abort", abort, {once: true});
    try {
      const done = await upload.done();
      return (done as {ETag?: string}).ETag ?? "";
    } catch (error) {
      throw failure(error, this.name, `writing ${key}`);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Removes an object if it is still as listed, where the server knows that condition; others remove it all the same. */
  async removeListed({key, etag}: Pick<ListedObject, "key" | "etag">): Promise<void> {
    await this.asked(
      "removing an object",
      (s3) => this.client.send(new s3.DeleteObjectCommand({...this.at(key), IfMatch: etag})),
      [404, 409, 412]
    ).catch((error: unknown) => {
      if (![404, 409, 412].includes(statusOf(error) ?? 0)) throw error;
    });
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += 1000) {
      const some = keys.slice(from, from + 1000);
      const {Errors: errors = []} = await this.asked("removing objects", (s3) =>
        this.client.send(
          new s3.DeleteObjectsCommand({
            Bucket: this.bucket,
            Delete: {Objects: some.map((key) => ({Key: this.prefix + key})), Quiet: true}
          })
        )
      );
      if (errors[0])
        throw failure(
          new Error(`${errors[0].Key}: ${errors[0].Code} ${errors[0].Message}`),
          this.name,
          "removing objects"
        );
    }
  }

  /** Gives up uploads in parts that were begun before a time and never ended: their parts are kept, and billed, unseen. */
  async abortUploads(before: Date): Promise<void> {
    const {Uploads: uploads = []} = await this.asked("looking for broken-off uploads", (s3) =>
      this.client.send(new s3.ListMultipartUploadsCommand({Bucket: this.bucket, Prefix: this.prefix}))
    );
    for (const {Key, UploadId, Initiated} of uploads)
      if (Initiated !== undefined && Initiated < before)
        await this.asked(
          "giving up an upload",
          (s3) => this.client.send(new s3.AbortMultipartUploadCommand({Bucket: this.bucket, Key, UploadId})),
          [404]
        ).catch((error: unknown) => {
          if (statusOf(error) !== 404) throw error;
        });
  }

  private async open(key: string, options: {IfNoneMatch?: string; Range?: string}) {
    try {
      const got = await this.asked(
        `reading ${key}`,
        (s3) => this.client.send(new s3.GetObjectCommand({...this.at(key), ...options})),
        [304, 404, 416]
      );
      return {etag: got.ETag ?? "", size: got.ContentLength ?? 0, body: got.Body!};
    } catch (error) {
      if (statusOf(error) === 304) return "unchanged" as const;
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  private async head(key: string) {
    try {
      return await this.asked(
        `reading ${key}`,
        (s3) => this.client.send(new s3.HeadObjectCommand(this.at(key))),
        [404]
      );
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  private at(key: string) {
    return {Bucket: this.bucket, Key: this.prefix + key};
  }

  /** Errors with these statuses are the caller's to read. */
  private async asked<T>(
    doing: string,
    send: (s3: Clients["s3"]) => Promise<T>,
    answers: readonly number[] = []
  ): Promise<T> {
    try {
      return await send(this.clients.s3);
    } catch (error) {
      const status = statusOf(error);
      const missingBucket = (error as {name?: string}).name === "NoSuchBucket";
      if (!missingBucket && status !== undefined && answers.includes(status)) throw error;
      throw failure(error, this.name, doing);
    }
  }
}

const isAbsent = (error: unknown) => statusOf(error) === 404;

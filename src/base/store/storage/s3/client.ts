import type * as s3 from "@aws-sdk/client-s3";
import type * as storage from "@aws-sdk/lib-storage";
import {messageOf, UserError} from "../../../validation/errors.js";
import {giveUpSeconds} from "../../../system/waits.js";
import {withoutCredentials} from "../../../validation/withoutCredentials.js";
import {statusOf, tryAgain, type TryAgainOptions} from "./tryAgain.js";

/** The AWS libraries, loaded, and a client that talks to one bucket's server. */
export interface Clients {
  s3: typeof s3;
  storage: typeof storage;
  client: s3.S3Client;
}

/** A request on whose connection nothing moves for so long is given up, and made again. */
const SILENT_MS = 20_000;

/** Tries that the client makes by itself; 50 ms to some seconds apart. */
const OWN_TRIES = 4;

/**
 * Loads the AWS libraries and makes a client. Credentials, region and endpoint come from where every AWS tool takes them:
 * `AWS_ACCESS_KEY_ID`, `AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, the shared configuration, a role.
 * Throws UserError when the libraries are not installed.
 */
export async function openClients(
  env: NodeJS.ProcessEnv = process.env,
  silentMs = SILENT_MS,
  wait: TryAgainOptions = {giveUpMs: 1000 * giveUpSeconds(env)}
): Promise<Clients> {
  const missing = (cause: unknown) => {
    throw new UserError(
      "a store in S3 needs the packages @aws-sdk/client-s3 and @aws-sdk/lib-storage. Run `npm install @aws-sdk/client-s3 @aws-sdk/lib-storage`.",
      {cause}
    );
  };
  // A note to whoever keeps Assay, not to its users.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const [s3Library, storageLibrary] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("@aws-sdk/lib-storage")
  ]).catch(missing as (cause: unknown) => never);
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
  const client = new s3Library.S3Client({
    endpoint,
    // A server of one's own has no region, and no name for each bucket.
    region: env.AWS_REGION || env.AWS_DEFAULT_REGION || (endpoint === undefined ? undefined : "us-east-1"),
    forcePathStyle: endpoint !== undefined,
    // Not every server knows the newer checksums; TLS and the ETag guard the bytes.
    requestChecksumCalculation: endpoint === undefined ? undefined : "WHEN_REQUIRED",
    responseChecksumValidation: endpoint === undefined ? undefined : "WHEN_REQUIRED",
    maxAttempts: OWN_TRIES,
    requestHandler: {connectionTimeout: silentMs, socketTimeout: silentMs}
  });
  tryAgain(
    client,
    endpoint === undefined ? "The store's S3" : `The store's server ${withoutCredentials(endpoint)}`,
    wait
  );
  return {s3: s3Library, storage: storageLibrary, client};
}

/** What a person can do about an error of the bucket. */
export function failure(error: unknown, store: string, doing: string): UserError {
  const {name = "", code = ""} = error as {name?: string; code?: string};
  const status = statusOf(error);
  const say = (problem: string) => new UserError(`${store}: ${problem}`, {cause: error});
  if (name === "NoSuchBucket") return say("there is no such bucket. Make it, or correct ASSAY_STORE.");
  if (/Credentials|TokenProvider/.test(name))
    return say(
      `no credentials were found (${messageOf(error)}). Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.`
    );
  if (name === "Error" && /region is missing/i.test(messageOf(error)))
    return say("no region is set. Set AWS_REGION to the bucket's.");
  if (status === 401 || status === 403)
    return say(
      `${doing} was refused (${name || status}). The credentials need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload below the prefix.`
    );
  if (/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ECONNRESET|TimeoutError|NetworkingError/.test(`${name} ${code}`))
    return say(
      `the server does not answer (${code || name}). Check AWS_ENDPOINT_URL, AWS_REGION and the network.`
    );
  return say(
    `${doing} failed${status === undefined ? "" : ` with status ${status}`}: ${withoutCredentials(messageOf(error)).replace(/[.\s]+$/, "")}.${status !== undefined && status >= 500 ? " Try again later, or let ASSAY_GIVE_UP_AFTER state more seconds." : ""}`
  );
}

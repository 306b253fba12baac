import {UserError} from "../../../validation/errors.js";
import {sha256} from "../../../system/hash.js";
import {withoutCredentials} from "../../../validation/withoutCredentials.js";

/** A bucket and what keys in it begin with: "" or ending in "/". */
export interface S3Address {
  bucket: string;
  prefix: string;
}

/** Reads `s3://bucket/prefix`. Throws UserError for anything else. */
export function s3Address(address: string): S3Address {
  const [, bucket, path = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(address) ?? [];
  const prefix = path.replace(/\/+$/, "");
  if (
    bucket === undefined ||
    prefix
      .split("/")
      .some(
        (name, i) =>
          (name === "" && prefix !== "") || /^\.{1,2}$/.test(name) || /[^\w.@+=-]/.test(name) || i > 20
      )
  )
    throw new UserError(
      `ASSAY_STORE is ${JSON.stringify(withoutCredentials(address))}. Write s3://BUCKET or s3://BUCKET/PREFIX: a bucket of 3 to 63 lower-case letters, digits, dots and hyphens, a prefix of letters a to z, digits and . _ @ + = - between slashes. Credentials and the server's address come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT_URL.`
    );
  return {bucket, prefix: prefix && `${prefix}/`};
}

/** The name of the folder that a shared store has on this machine. */
export function folderOfShared(address: string, env: NodeJS.ProcessEnv = process.env): string {
  const {bucket, prefix} = s3Address(address);
  const server = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || "";
  return `${bucket}-${sha256(`${server} ${bucket}/${prefix}`).slice(0, 12)}`;
}

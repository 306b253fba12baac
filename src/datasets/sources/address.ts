import {UserError} from "../../store/index.js";

/** Whether a source names an address rather than a file. */
export function isUrl(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/** Refuses addresses that are neither a path nor http(s). */
export function assertReadable(dataset: string, name: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1]?.toLowerCase();
  if (scheme === undefined || isUrl(name)) return;
  const instead =
    scheme === "file"
      ? "Write the path alone"
      : `Copy the file into the project${scheme === "s3" ? " (`aws s3 cp`)" : ""}, or give an https address of it, such as a signed one${scheme === "s3" ? " (`aws s3 presign`)" : ""}`;
  throw new UserError(
    `dataset ${dataset}: addresses that begin with ${scheme}:// are not read. ${instead}. No version was made.`
  );
}

/**
 * An address as it is recorded and shown: user names, passwords and query strings hold keys and signatures. Other names,
 * and addresses without any of these, stay as they are written.
 */
export function withoutSecrets(name: string): string {
  if (!isUrl(name)) return name;
  if (!URL.canParse(name)) return name.replace(/[?#].*$/s, "").replace(/^(https?:\/\/)[^/]*@/i, "$1");
  const {origin, pathname, username, password, search, hash} = new URL(name);
  return username || password || search || hash ? origin + pathname : name;
}

/** What a version's record says of its source, with its addresses so: records of before had them whole. */
export function sourceWithoutSecrets(source: Record<string, unknown>): Record<string, unknown> {
  const {files} = source;
  if (typeof files === "string") return {...source, files: withoutSecrets(files)};
  if (!Array.isArray(files)) return source;
  return {...source, files: files.map((file) => (typeof file === "string" ? withoutSecrets(file) : file))};
}

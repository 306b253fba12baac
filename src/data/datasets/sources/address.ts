import {UserError, withoutCredentials} from "../../../base/validation/index.js";

/** Whether a source names an address rather than a file. */
export function isUrl(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/** A password whose # has ended the host. */
const HIDES_HOST = /^[^/]*\/\/[^/?#]*#.*@/s;

/** Refuses an address that is none, such as one whose password holds a sign that ends the host. @param of stands before the message */
export function assertParses(url: string, of = ""): void {
  if (URL.canParse(url) && !HIDES_HOST.test(url)) return;
  throw new UserError(
    `${of}${withoutSecrets(url)} is no http(s) address as it is written. Write its user and password percent-encoded (\`encodeURIComponent\`): # as %23, / as %2F, ? as %3F, @ as %40, % as %25.`
  );
}

/** The headers of a request with the user and password of its address, as Basic; an `authorization` that is stated stays. */
export function withUser(url: string, headers: Record<string, string> = {}): Record<string, string> {
  const {username, password} = new URL(url);
  const isStated = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  if ((username === "" && password === "") || isStated) return {...headers};
  const [user, word] = [username, password].map(decoded);
  return {...headers, authorization: `Basic ${Buffer.from(`${user}:${word}`).toString("base64")}`};
}

/** A percent sign may stand for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Refuses addresses that are neither a path nor http(s). */
export function assertReadable(dataset: string, name: string): void {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(name)?.[1]?.toLowerCase();
  if (isUrl(name)) return assertParses(name, `dataset ${dataset}: `);
  if (scheme === undefined) return;
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
  // A password may hold what ends the host.
  if (!URL.canParse(name) || HIDES_HOST.test(name))
    return withoutCredentials(name.replace(/#(?=.*@)/gs, "%23")).replace(/[?#].*$/s, "");
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

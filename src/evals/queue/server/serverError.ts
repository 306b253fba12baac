import {memberOf} from "../../../base/validation/memberOf.js";
import {messageOf, UserError} from "../../../base/validation/index.js";

/** An error reply of the server, as its client tells it. */
interface ErrorReply {
  command?: {name?: string; args?: unknown[]};
}

/** What to do about an error reply, by its first word. */
const ADVICE: Record<string, string> = {
  READONLY: "it is a replica that may only be read. Give the address of the primary.",
  OOM: "its memory is full. Raise its maxmemory, or use another server.",
  MISCONF: "it cannot write to its disk, and takes no writes until it can. See its log.",
  LOADING: "it is still reading its data. Call again in a moment.",
  BUSY: "it is busy with a script. Call again in a moment.",
  MASTERDOWN: "it is a replica that has lost its primary. Give the address of the primary.",
  CLUSTERDOWN: "its cluster is down. Call again when it is up.",
  MOVED: "it is a cluster, which a queue cannot use. Give the address of a single server.",
  CROSSSLOT: "it is a cluster, which a queue cannot use. Give the address of a single server.",
  NOAUTH: "it asks for a password. Put it into the address: redis://:PASSWORD@HOST:PORT.",
  WRONGPASS: "it refuses the user or the password of the address.",
  NOPERM: "its user may not do what a queue needs. Allow it all commands, and the keys and channels assay:*."
};

/** What the server answered, in words: where, what is wrong, and what to do. Other errors are given back as they are. */
export function queueServerError(error: unknown, shown: string): unknown {
  if (error instanceof UserError || (error as Error | undefined)?.name !== "ReplyError") return error;
  const message = messageOf(error);
  const [, word = ""] = /^(?:ERR Error running script.*?: )?([A-Z]+)\b/.exec(message) ?? [];
  const {name = "a command", args = []} = (error as ErrorReply).command ?? {};
  const key = args.find((arg): arg is string => typeof arg === "string" && arg.startsWith("assay:"));
  const of = key === undefined ? "" : ` ${JSON.stringify(key.slice(0, 120))}`;
  if (message.includes("WRONGTYPE"))
    return new UserError(
      `${shown}: what stands at the key${of || " of a queue"} was not written by Assay. Delete it (valkey-cli del KEY), or use a database of its own, such as redis://HOST:PORT/1.`,
      {cause: error}
    );
  const advice = memberOf(ADVICE, word) ?? "Check that it is Valkey or Redis of version 6.2 or newer.";
  return new UserError(`${shown} refuses ${name.slice(0, 40)}${of} (${message.slice(0, 200)}): ${advice}`, {
    cause: error
  });
}

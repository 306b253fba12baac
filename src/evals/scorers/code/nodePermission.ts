import {mkdtemp, realpath, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {limited, nodeArguments, type Sandbox} from "./sandbox.js";

/**
 * Closes the network within Node, whose permission model leaves it open before Node 25: the classes behind every module
 * that connects are made to refuse.
 */
const CLOSE_NETWORK = `{
  const refuse = () => { throw Object.assign(new Error("no network"), {code: "ERR_ACCESS_DENIED"}); };
  const close = (of, names = Object.getOwnPropertyNames(of)) => {
    for (const name of names)
      if (name !== "constructor" && typeof Object.getOwnPropertyDescriptor(of, name)?.value === "function") of[name] = refuse;
  };
  const [net, dgram, dns] = ["net", "dgram", "dns"].map((name) => require("node:" + name));
  close(net.Socket.prototype, ["connect"]);
  close(net, ["connect", "createConnection", "createServer", "_createServerHandle"]);
  close(net.Server.prototype, ["listen"]);
  close(dgram, ["createSocket", "_createSocketHandle"]);
  close(dgram.Socket.prototype);
  close(dns.Resolver.prototype);
  close(dns.promises.Resolver.prototype);
  close(dns.promises);
  close(dns);
  for (const name of ["fetch", "WebSocket", "EventSource"])
    if (name in globalThis) Object.defineProperty(globalThis, name, {value: refuse});
  require("node:module").syncBuiltinESMExports();
}
`;

/**
 * Node's permission model, for JavaScript where there is no bubblewrap: no files but the program's own, which it may only
 * read, no further process, no threads. Weaker than bubblewrap: the interpreter keeps the limits, not the kernel.
 */
export const nodePermission: Sandbox = {
  name: "Node's permission model",
  async prepare(program, limits) {
    if (program.language !== "javascript") throw new Error("Node's permission model is for JavaScript only");
    const folder = await realpath(await mkdtemp(join(tmpdir(), "assay-code-")));
    for (const [name, text] of Object.entries(program.files))
      await writeFile(join(folder, name), name === program.prelude ? `${CLOSE_NETWORK}${text}` : text);
    const permission = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission";
    const command = [
      process.execPath,
      permission,
      `--allow-fs-read=${folder}/*`,
      "--no-warnings",
      "--disable-proto=delete",
      ...nodeArguments(program, limits, folder)
    ];
    // Elsewhere the system keeps no limit on address space.
    const [file, ...args] = process.platform === "linux" ? limited(program, limits, command) : command;
    return {
      file: file!,
      args,
      feeds: [],
      folder,
      dispose: () => rm(folder, {recursive: true, force: true})
    };
  }
};

import {createServer} from "node:http";
import {readFile, stat} from "node:fs/promises";
import type {AddressInfo} from "node:net";
import {extname, join, normalize} from "node:path";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json",
  ".wasm": "application/wasm"
};

export interface FolderServer {
  /** With a slash at its end. */
  url: string;
  close(): Promise<void>;
}

/**
 * Serves a built site below a path on loopback, as a plain static host with clean addresses does.
 * @param keptSeconds how long browsers may keep a file; they ask each time unless told
 */
export async function serveFolder(folder: string, below = "/", keptSeconds = 0): Promise<FolderServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const {pathname} = new URL(request.url ?? "/", "http://localhost");
      const path = pathname.startsWith(below)
        ? normalize(decodeURIComponent(pathname.slice(below.length)))
        : "..";
      const file = path.startsWith("..") ? undefined : await findFile(folder, path);
      if (file === undefined) return void response.writeHead(404).end("not found");
      response.writeHead(200, {
        "content-type": TYPES[extname(file)] ?? "application/octet-stream",
        "cache-control": `max-age=${keptSeconds}`
      });
      response.end(await readFile(file));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const {port} = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${below}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    }
  };
}

async function findFile(folder: string, path: string): Promise<string | undefined> {
  for (const candidate of [path, `${path}.html`, join(path, "index.html")]) {
    const file = join(folder, candidate);
    if (
      await stat(file).then(
        (found) => found.isFile(),
        () => false
      )
    )
      return file;
  }
  return undefined;
}

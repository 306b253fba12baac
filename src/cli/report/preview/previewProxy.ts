import {createServer, type IncomingMessage, request, type Server, type ServerResponse} from "node:http";
import {connect, type Socket} from "node:net";
import type {Duplex} from "node:stream";
import {text as textOf} from "node:stream/consumers";
import {UserError} from "../../../base/validation/index.js";
import {isPackageModule, previewModules, previewPage} from "./previewModules.js";
import {NEWS_SCRIPT, type PreviewNews, previewNews} from "./previewNews.js";

export interface PreviewAddress {
  host: string;
  port: number;
}

/** A loader's source: a name of a data file with a program's ending behind it. */
const LOADER_SOURCE =
  /\.(json|jsonl|ndjson|arrow|parquet|csv|tsv|txt|html|md|zip|tar|tgz|png|svg|db|sqlite|xlsx)\.\w+$/i;

/**
 * A server on loopback in front of Framework's preview, which answers anybody. Requests pass only when they name this
 * machine as their host (a foreign page could have had its name pointed here) and come from no page of another server, unless a
 * link is followed; WebSockets come from a page of this one. Sources of page loaders and addresses that cannot be decoded are refused. Port 0 takes a free one.
 * While `down` says why there is no preview, that is the answer. Throws UserError when the port is taken.
 */
export async function previewProxy(
  port: number,
  preview: PreviewAddress,
  {down = () => undefined, news = previewNews()}: {down?: () => string | undefined; news?: PreviewNews} = {}
): Promise<Server> {
  const moduleOf = previewModules(preview);
  const server = createServer((incoming, outgoing) => {
    const refusal = refusalOf(incoming, portOf(server));
    const why = down();
    const path = (incoming.url ?? "/").split("?")[0]!;
    if (refusal) refuse(outgoing, refusal);
    else if (path === "/_assay/news") news.open(outgoing);
    else if (path === "/_assay/news.js") sendScript(outgoing, NEWS_SCRIPT);
    else if (why !== undefined)
      sayDown(incoming, outgoing, {status: 503, text: `There is no preview: ${why}`});
    else if (incoming.method === "GET" && isPackageModule(path))
      moduleOf(path).then(
        (code) => sendScript(outgoing, code),
        () => forward(incoming, outgoing, preview)
      );
    else forward(incoming, outgoing, preview);
  });
  const tunnels = new Set<Duplex>();
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const port = portOf(server);
    const refusal = refusalOf(incoming, port) ?? (fromOwnPage(incoming, port) ? undefined : noSocket);
    if (refusal) {
      socket.end(`HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\n\r\n${refusal.text}\n`);
      return;
    }
    tunnels.add(socket.once("close", () => tunnels.delete(socket)));
    tunnel(incoming, socket, head, preview);
  });
  server.once("close", () => tunnels.forEach((socket) => socket.destroy()));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new UserError(`port ${port} is taken. Stop what uses it, or choose another with --port.`)
          : error
      )
    );
    server.listen(port, "127.0.0.1", resolve);
  });
  return server;
}

/** Stops listening and ends every open connection, half-open requests among them. */
export function closeProxy(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    server.emit("close");
  });
}

interface ProxyRefusal {
  status: number;
  text: string;
}

function refusalOf(incoming: IncomingMessage, port: number): ProxyRefusal | undefined {
  const {headers, url = "/"} = incoming;
  if (!namesOf(port).includes((headers.host ?? "").toLowerCase()))
    return {status: 421, text: `This server answers to localhost:${port} only.`};
  const foreign =
    headers.origin === undefined
      ? headers["sec-fetch-site"] === "cross-site" && headers["sec-fetch-mode"] !== "navigate"
      : !fromOwnPage(incoming, port);
  if (foreign) return {status: 403, text: "Pages of other servers may not ask this one."};
  let path: string;
  try {
    path = decodeURIComponent(url.split("?")[0]!);
  } catch {
    return {status: 400, text: "This address cannot be decoded."};
  }
  // The preview resolves dots: the path that it would come to is looked at.
  if (!/^\/(?!\/)/.test(path) || path.includes("\0") || /(^|[/\\])\.\.?([/\\]|$)/.test(path))
    return {status: 400, text: "This is not an address of a page."};
  if (/^\/_(file|import)\//.test(path) && LOADER_SOURCE.test(path))
    return {status: 403, text: "Sources of page loaders are not served."};
  return undefined;
}

const noSocket: ProxyRefusal = {status: 403, text: "Only pages of this server may open a socket."};

function fromOwnPage({headers: {origin}}: IncomingMessage, port: number): boolean {
  return origin !== undefined && namesOf(port).some((name) => origin.toLowerCase() === `http://${name}`);
}

const namesOf = (port: number) => ["localhost", "127.0.0.1", "[::1]"].map((name) => `${name}:${port}`);

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

function refuse(outgoing: ServerResponse, {status, text}: ProxyRefusal): void {
  outgoing.writeHead(status, {"content-type": "text/plain; charset=utf-8"}).end(`${text}\n`);
}

/** To a browser as a page that asks again by itself. */
function sayDown(incoming: IncomingMessage, outgoing: ServerResponse, {status, text}: ProxyRefusal): void {
  if (!incoming.headers.accept?.includes("text/html")) return refuse(outgoing, {status, text});
  const said = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  outgoing
    .writeHead(status, {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'"
    })
    .end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>No preview</title><pre>${said}</pre><p>This page asks again every two seconds.</p></html>\n`
    );
}

function sendScript(outgoing: ServerResponse, code: string): void {
  outgoing
    .writeHead(200, {"content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache"})
    .end(code);
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, {host, port}: PreviewAddress): void {
  const {method, url, headers} = incoming;
  const onward = request({host, port, method, path: url, headers}, (answer) => {
    const {statusCode = 502} = answer;
    const isPage = method === "GET" && /^text\/html\b/.test(answer.headers["content-type"] ?? "");
    if (isPage && statusCode === 200) return void sendPage(answer, outgoing);
    outgoing.writeHead(statusCode, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => {
    if (outgoing.headersSent) outgoing.destroy();
    else sayDown(incoming, outgoing, {status: 502, text: "The preview does not answer."});
  });
  outgoing.on("close", () => onward.destroy());
  incoming.pipe(onward);
}

/** A page is the preview's with other words in it: neither its length nor its tag is the same. */
async function sendPage(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const {"content-length": _length, etag: _tag, ...headers} = answer.headers;
  try {
    const page = previewPage(await textOf(answer));
    outgoing.writeHead(200, headers).end(page);
  } catch {
    outgoing.destroy();
  }
}

function tunnel(incoming: IncomingMessage, socket: Socket, head: Buffer, {host, port}: PreviewAddress): void {
  const onward = connect(port, host, () => {
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2)
      lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
    onward.write(`${lines.join("\r\n")}\r\n\r\n`);
    onward.write(head);
    socket.pipe(onward).pipe(socket);
  });
  onward.on("error", () => socket.destroy()).on("close", () => socket.destroy());
  socket.on("close", () => onward.destroy());
}

import {createServer, type IncomingHttpHeaders} from "node:http";
import type {AddressInfo} from "node:net";

export interface Asked {
  method: string;
  path: string;
  search: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
  json(): Record<string, unknown>;
}

export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
}

export interface JsonServer {
  url: string;
  asked: Asked[];
  /** Requests of a method and a beginning of a path. */
  of(method: string, path: string): Asked[];
  close(): Promise<void>;
}

/** A server on loopback that answers with what a function says; undefined is 404, "drop" cuts the connection. */
export async function jsonServer(answer: (asked: Asked) => Answer | "drop" | undefined): Promise<JsonServer> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url!, "http://127.0.0.1");
      const body = Buffer.concat(chunks).toString();
      const one: Asked = {
        method: request.method!,
        path: url.pathname,
        search: url.searchParams,
        headers: request.headers,
        body,
        json: () => JSON.parse(body) as Record<string, unknown>
      };
      asked.push(one);
      const said = answer(one);
      if (said === "drop") return void request.socket.destroy();
      const {status = 200, headers = {}, body: sent = {}} = said ?? {status: 404, body: {error: "not found"}};
      response.writeHead(status, {"content-type": "application/json", ...headers});
      response.end(typeof sent === "string" ? sent : JSON.stringify(sent));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    of: (method, path) => asked.filter((one) => one.method === method && one.path.startsWith(path)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })
  };
}

import {createServer, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";

export interface RawRequest {
  method: string;
  path: string;
  /** Parsed; undefined where there is none. */
  body: Record<string, unknown> | undefined;
}

export type RawAnswer = (response: ServerResponse, request: RawRequest, seen: number) => unknown;

export interface RawServer {
  url: string;
  requests: RawRequest[];
  close(): Promise<void>;
}

/** A loopback server that answers byte for byte as told; `seen` counts earlier requests of the same method. */
export async function startRawServer(answer: RawAnswer): Promise<RawServer> {
  const requests: RawRequest[] = [];
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const text = Buffer.concat(parts).toString("utf8");
      const {method = "", url = ""} = incoming;
      const request = {
        method,
        path: url,
        body: text ? (JSON.parse(text) as RawRequest["body"]) : undefined
      };
      const seen = requests.filter((one) => one.method === method).length;
      requests.push(request);
      answer(response, request, seen);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })
  };
}

/** Answers with JSON. */
export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): RawAnswer =>
  (response) =>
    response.writeHead(status, {"content-type": "application/json", ...headers}).end(JSON.stringify(body));

/** Answers with a stream of events, one JSON value each. */
export const stream =
  (...events: unknown[]): RawAnswer =>
  (response) =>
    response
      .writeHead(200, {"content-type": "text/event-stream"})
      .end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("") + "data: [DONE]\n\n");

/** A chat completion of one choice. */
export const answered = (choice: object, more: object = {}) => ({
  choices: [{index: 0, finish_reason: "stop", ...choice}],
  ...more
});

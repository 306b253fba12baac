import {createServer, type IncomingMessage, type ServerResponse} from "node:http";
import type {AddressInfo} from "node:net";
import {onTestFinished} from "vitest";
import {
  openAICompatible,
  type OpenAICompatibleOptions
} from "../../../../src/inference/endpoints/openAICompatible.js";

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server that answers every request in this way until the test ends, and how many of its connections were closed. */
export async function answeringServer(answer: Answer) {
  let closed = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => answer(request, response));
  });
  server.on("connection", (socket) => socket.on("close", () => closed++));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {port: (server.address() as AddressInfo).port, closed: () => closed};
}

/** An endpoint with such a server behind it. */
export async function answering(answer: Answer, options: Partial<OpenAICompatibleOptions> = {}) {
  const {port, closed} = await answeringServer(answer);
  const endpoint = openAICompatible({
    name: "x",
    baseUrl: `http://127.0.0.1:${port}`,
    hosting: "on-prem",
    trust: "internal",
    retries: 0,
    ...options
  });
  onTestFinished(() => endpoint.close!());
  const ask = (signal?: AbortSignal) =>
    endpoint.complete({model: "m", messages: [{role: "user", content: "hello"}]}, {signal});
  return {ask, closed};
}

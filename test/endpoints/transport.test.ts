import {createServer} from "node:http";
import {type AddressInfo, connect} from "node:net";
import {afterEach, describe, expect, it, vi} from "vitest";
import {openAICompatible} from "../../src/endpoints/openAICompatible.js";
import {startModelServer} from "../support/modelServer.js";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const request = {model: "m", messages: [{role: "user" as const, content: "hello"}]};

/** A proxy that tunnels whatever host is asked for to one port. */
async function startProxy(port: number) {
  const asked: string[] = [];
  const server = createServer();
  server.on("connect", (incoming, socket) => {
    asked.push(incoming.url ?? "");
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(upstream).pipe(socket);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      })
  );
  return {asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`};
}

describe("connections", () => {
  it("go through the proxy of the environment, except to this machine", async () => {
    const server = await startModelServer();
    cleanups.push(() => server.close());
    const proxy = await startProxy(server.port);
    vi.stubEnv("HTTP_PROXY", proxy.url);
    vi.stubEnv("http_proxy", proxy.url);
    vi.stubEnv("NO_PROXY", "");
    vi.stubEnv("no_proxy", "");
    for (const baseUrl of ["http://models.example", server.url]) {
      const endpoint = openAICompatible({name: "x", baseUrl, hosting: "api", trust: "external", retries: 0});
      cleanups.push(() => endpoint.close!());
      expect((await endpoint.complete(request)).text).toBe("hello");
    }
    expect(proxy.asked).toEqual(["models.example:80"]);
  });

  it("that a server closes while idle are opened anew", async () => {
    const first = await startModelServer();
    const endpoint = openAICompatible({
      name: "x",
      baseUrl: first.url,
      hosting: "edge",
      trust: "local",
      retries: {baseDelayMs: 1}
    });
    cleanups.push(() => endpoint.close!());
    await endpoint.complete(request);
    await first.close();
    const again = await startModelServer({port: first.port});
    cleanups.push(() => again.close());
    expect((await endpoint.complete(request)).text).toBe("hello");
    expect(again.served).toBe(1);
  });

  it("closing the endpoint ends calls under way and later ones open new connections", async () => {
    const server = await startModelServer({latencyMs: 500});
    cleanups.push(() => server.close());
    const endpoint = openAICompatible({
      name: "x",
      baseUrl: server.url,
      hosting: "edge",
      trust: "local",
      retries: 0
    });
    const call = endpoint.complete(request).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await endpoint.close!();
    expect(await call).toMatchObject({kind: "connection"});
    expect((await endpoint.complete(request)).text).toBe("hello");
    await endpoint.close!();
  });
});

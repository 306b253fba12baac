import {createReadStream} from "node:fs";
import {createServer, request} from "node:http";
import type {AddressInfo} from "node:net";
import {fileURLToPath} from "node:url";
import {afterEach, describe, expect, it, vi} from "vitest";
import {connectionError} from "../../../src/inference/endpoints/connectionError.js";
import {AttemptDeadline} from "../../../src/inference/endpoints/deadline.js";
import {realEffects} from "../../../src/inference/endpoints/effects.js";
import {openAICompatible} from "../../../src/inference/endpoints/openAICompatible.js";
import {proxyHostOf} from "../../../src/inference/endpoints/proxyHost.js";
import {createTransport} from "../../../src/inference/endpoints/transport.js";
import {freePort} from "../../support/freePort.js";
import {startModelServer} from "../../support/modelServer.js";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const hello = {model: "m", messages: [{role: "user" as const, content: "hello"}]};

/** A proxy that hands whatever is asked of it on to one port, and makes no tunnels. */
async function startProxy(port: number) {
  const asked: string[] = [];
  const server = createServer((incoming, answer) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const {method, headers} = incoming;
    const path = new URL(incoming.url!).pathname;
    incoming.pipe(
      request({port, path, method, headers}, (served) => {
        answer.writeHead(served.statusCode!, served.headers);
        served.pipe(answer);
      })
    );
  });
  server.on("connect", (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
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
      expect((await endpoint.complete(hello)).text).toBe("hello");
    }
    expect(proxy.asked).toEqual(["POST http://models.example/v1/chat/completions"]);
  });

  it("that a proxy stands in the way of name its host, without what it is asked by", async () => {
    const proxy = await startProxy(1);
    for (const name of ["HTTPS_PROXY", "https_proxy"])
      vi.stubEnv(name, proxy.url.replace("//", "//ann:secret@"));
    for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, "models.internal");
    const baseUrl = "https://models.example";
    const endpoint = openAICompatible({name: "x", baseUrl, hosting: "api", trust: "external", retries: 0});
    cleanups.push(() => endpoint.close!());
    const failed = (await endpoint.complete(hello).catch((error: unknown) => error)) as Error;
    expect(failed.message).toContain(`through the proxy ${new URL(proxy.url).host} of the environment`);
    expect(failed.message).not.toMatch(/secret|ann:/);
    expect(proxy.asked).toEqual(["CONNECT models.example:443"]);
    const replaced = connectionError({code: "DEPTH_ZERO_SELF_SIGNED_CERT"}, baseUrl);
    expect(replaced.message).toMatch(/through the proxy .*NODE_EXTRA_CA_CERTS/);
    for (const direct of ["https://models.internal:8000", "https://a.models.internal", "https://localhost"])
      expect(proxyHostOf(direct)).toBeUndefined();
    expect(proxyHostOf("https://othermodels.internal")).toBe(new URL(proxy.url).host);
  });

  it("whose proxy is no address are not opened, asked for once, and name the variable without its value", async () => {
    for (const name of ["HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "HTTPS_PROXY"])
      vi.stubEnv(name, "");
    for (const wrong of [
      "ann:secret@bad::x",
      "proxy.internal:3128",
      "ftp://proxy",
      "http://ann:%zz@proxy",
      "x"
    ]) {
      vi.stubEnv("https_proxy", wrong);
      const asked: unknown[] = [];
      const endpoint = openAICompatible({
        name: "x",
        baseUrl: "https://models.example",
        hosting: "api",
        trust: "external"
      });
      cleanups.push(() => endpoint.close!());
      const failed = await endpoint
        .complete(hello, {attempts: {onAttempt: (attempt) => void asked.push(attempt)}})
        .catch((error: unknown) => error);
      expect((failed as Error).message).toMatch(
        /^x: https_proxy in the environment is no address of a proxy, .*Nothing was asked\.$/
      );
      expect((failed as Error).message).not.toMatch(/secret|internal|%zz/);
      expect(asked).toHaveLength(1);
    }
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
    await endpoint.complete(hello);
    await first.close();
    const again = await startModelServer({port: first.port});
    cleanups.push(() => again.close());
    expect((await endpoint.complete(hello)).text).toBe("hello");
    expect(again.served).toBe(1);
  });

  it("that are refused let go of the file that was to be sent", async () => {
    const transport = createTransport({effects: realEffects});
    cleanups.push(() => transport.close());
    const fetch = transport.fetch({stop: new AttemptDeadline(), hide: (text) => text});
    for (const file of [fileURLToPath(import.meta.url), "/nowhere/at/all"]) {
      const body = createReadStream(file);
      const sent = fetch(`http://127.0.0.1:${await freePort()}/x`, {
        method: "PUT",
        headers: {"content-length": "10"},
        body: body as unknown as BodyInit
      });
      await expect(sent).rejects.toMatchObject({kind: "connection"});
      await expect.poll(() => body.closed).toBe(true);
    }
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
    const call = endpoint.complete(hello).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await endpoint.close!();
    expect(await call).toMatchObject({kind: "connection"});
    expect((await endpoint.complete(hello)).text).toBe("hello");
    await endpoint.close!();
  });
});

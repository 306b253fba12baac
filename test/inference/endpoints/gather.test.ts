import type {ServerResponse} from "node:http";
import {gzipSync} from "node:zlib";
import {describe, expect, it} from "vitest";
import type {OpenAICompatibleOptions} from "../../../src/inference/endpoints/openAICompatible.js";
import {answering} from "./support/answering.js";

const endpointOf = (
  answer: (response: ServerResponse) => unknown,
  options?: Partial<OpenAICompatibleOptions>
) => answering((_request, response) => answer(response), options);

const json = {"content-type": "application/json"};
const whole = JSON.stringify({choices: [{message: {content: "well"}, finish_reason: "stop"}]});

/** Headers and the half of a body. */
const begin = (response: ServerResponse, headers: object = {}) => {
  response.writeHead(200, {...json, ...headers});
  response.write(whole.slice(0, 20));
};

describe("an answer that is gathered as a whole", () => {
  it("may come in pieces, through a character, behind a byte order mark, and after an early hint", async () => {
    const text = JSON.stringify({choices: [{message: {content: "wéll"}, finish_reason: "stop"}]});
    const bytes = Buffer.from(text);
    const cut = bytes.indexOf(0xc3) + 1;
    for (const declared of [true, false]) {
      const mark = Buffer.from("\ufeff");
      const {ask} = await endpointOf((response) => {
        response.writeEarlyHints({link: "</style.css>; rel=preload; as=style"});
        const length = {"content-length": String(mark.length + bytes.length)};
        response.writeHead(200, declared ? {...json, ...length} : json);
        response.write(mark);
        response.write(bytes.subarray(0, cut));
        setTimeout(() => response.end(bytes.subarray(cut)), 20);
      });
      expect((await ask()).text).toBe("wéll");
    }
  });

  it("fails as a connection when it is cut off midway, whether or not it says its length", async () => {
    for (const headers of [{}, {"content-length": String(whole.length)}]) {
      const {ask} = await endpointOf((response) => {
        begin(response, headers);
        setTimeout(() => response.destroy(), 20);
      });
      await expect(ask()).rejects.toMatchObject({
        kind: "connection",
        message: expect.stringContaining("The connection was dropped.") as string
      });
    }
  });

  it("ends midway with its time, or with the signal, and its connection is closed", async () => {
    const slow = await endpointOf((response) => begin(response), {timeoutMs: 100});
    await expect(slow.ask()).rejects.toMatchObject({kind: "timeout"});
    await expect.poll(slow.closed).toBe(1);
    const stopped = await endpointOf((response) => begin(response));
    const controller = new AbortController();
    const calls = [stopped.ask(controller.signal), stopped.ask(controller.signal)];
    setTimeout(() => controller.abort(), 100);
    for (const one of await Promise.allSettled(calls))
      expect(one).toMatchObject({status: "rejected", reason: {kind: "aborted"}});
    await expect.poll(stopped.closed).toBe(2);
    await expect(stopped.ask(controller.signal)).rejects.toMatchObject({kind: "aborted"});
  });

  it("leaves the signal alone that it did not end by", async () => {
    const {ask, closed} = await endpointOf((response) => response.writeHead(200, json).end(whole));
    const controller = new AbortController();
    for (let n = 0; n < 3; n++) expect((await ask(controller.signal)).text).toBe("well");
    controller.abort();
    expect((await ask()).text).toBe("well");
    expect(closed()).toBe(0);
  });
});

describe("an answer that tells of an error", () => {
  it("is read when it is packed, and not beyond its beginning when it never ends", async () => {
    const words = JSON.stringify({error: {message: "no such thing"}});
    const packed = await endpointOf((response) =>
      response.writeHead(400, {...json, "content-encoding": "gzip"}).end(gzipSync(words))
    );
    await expect(packed.ask()).rejects.toMatchObject({
      kind: "bad-request",
      message: expect.stringContaining("no such thing") as string
    });
    let written = 0;
    const endless = await endpointOf((response) => {
      response.writeHead(500, {"content-type": "text/plain"});
      const block = Buffer.alloc(1 << 16, "a ");
      const write = () => {
        do written += block.length;
        while (!response.destroyed && response.write(block));
      };
      response.on("drain", write);
      write();
    });
    await expect(endless.ask()).rejects.toMatchObject({kind: "server"});
    await expect.poll(endless.closed).toBe(1);
    expect(written).toBeLessThan(64 << 20);
  });

  it("still tells its status when it is cut off", async () => {
    const {ask} = await endpointOf((response) => {
      response.writeHead(503, {...json, "content-length": "1000"});
      response.write("{");
      setTimeout(() => response.destroy(), 20);
    });
    await expect(ask()).rejects.toMatchObject({kind: "server", detail: {status: 503}});
  });
});

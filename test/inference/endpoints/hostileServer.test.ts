import type {IncomingMessage, ServerResponse} from "node:http";
import {deflateRawSync, gzipSync} from "node:zlib";
import {afterEach, describe, expect, it, vi} from "vitest";
import type {OpenAICompatibleOptions} from "../../../src/inference/endpoints/openAICompatible.js";
import {type Answer, answering, answeringServer} from "./support/answering.js";

afterEach(() => vi.unstubAllEnvs());

/** One call to a server that answers every request in this way. */
const ask = async (answer: Answer, options?: Partial<OpenAICompatibleOptions>) =>
  (await answering(answer, options)).ask();

const json = (body: unknown) => (_request: IncomingMessage, response: ServerResponse) =>
  response.writeHead(200, {"content-type": "application/json"}).end(JSON.stringify(body));
const completion = (message: object, more: object = {}, end = "stop") => ({
  choices: [{index: 0, message: {role: "assistant", ...message}, finish_reason: end}],
  ...more
});
const event = (body: object) => `data: ${JSON.stringify(body)}\n\n`;
const chunk = (content: string, index = 0, end: string | null = null) =>
  event({choices: [{index, delta: {content}, finish_reason: end}]});
const events =
  (text: string, headers: object = {}) =>
  (_request: IncomingMessage, response: ServerResponse) =>
    response.writeHead(200, {"content-type": "text/event-stream", ...headers}).end(text);

describe("a server that answers oddly", () => {
  it("may compress what nobody asked it to compress", async () => {
    const zipped = gzipSync(JSON.stringify(completion({content: "packed"})));
    const {text} = await ask((_request, response) =>
      response.writeHead(200, {"content-type": "application/json", "content-encoding": "gzip"}).end(zipped)
    );
    expect(text).toBe("packed");
    const stream = gzipSync(chunk("packed", 0, "stop"));
    const streamed = await ask(
      (_request, response) =>
        response
          .writeHead(200, {"content-type": "text/event-stream", "content-encoding": "gzip"})
          .end(stream),
      {stream: true}
    );
    expect(streamed.text).toBe("packed");
  });

  it("may write the values of its headers in capitals", async () => {
    const body = JSON.stringify(completion({content: "loud"}));
    const {text} = await ask((_request, response) =>
      response
        .writeHead(200, {"content-type": "Application/JSON; charset=utf-8", "content-encoding": "GZIP"})
        .end(gzipSync(body))
    );
    expect(text).toBe("loud");
    const streamed = await ask(
      (_request, response) =>
        response.writeHead(200, {"content-type": "Text/Event-Stream"}).end(chunk("loud", 0, "stop")),
      {stream: true}
    );
    expect(streamed.text).toBe("loud");
  });

  it("is told apart from none when its answer cannot be unpacked", async () => {
    const packed = deflateRawSync(JSON.stringify(completion({content: "raw"})));
    const asked = ask((_request, response) =>
      response.writeHead(200, {"content-type": "application/json", "content-encoding": "deflate"}).end(packed)
    );
    await expect(asked).rejects.toMatchObject({
      kind: "malformed",
      message: expect.stringContaining("could not be unpacked") as string
    });
  });

  it("may end without a word when thinking or a filter took all of it, whatever it calls its end", async () => {
    for (const end of ["stop", "length", "content_filter", "content_filter: PROHIBITED_CONTENT"])
      expect(await ask(json(completion({reasoning_content: "hm"}, {}, end)))).toMatchObject({
        text: "",
        finishReason: end
      });
    await expect(ask(json(completion({reasoning_content: "hm"}, {}, "")))).rejects.toMatchObject({
      kind: "malformed"
    });
  });

  it("is billed for reasoning that only its total counts", async () => {
    const usage = {prompt_tokens: 5, completion_tokens: 10, total_tokens: 95};
    const {usage: read, costUsd} = await ask(json(completion({content: "a"}, {usage})), {
      price: {inputUsdPerMillion: 0, outputUsdPerMillion: 1_000_000, asOf: "2026-01-01", source: "here"}
    });
    expect(read).toEqual({promptTokens: 5, completionTokens: 90});
    expect(costUsd).toBe(90);
  });

  it("may stream several choices interleaved: the first one is the answer", async () => {
    const text = chunk("A") + chunk("x", 1) + chunk("B") + chunk("", 1, "length") + chunk("C", 0, "stop");
    expect(await ask(events(text), {stream: true})).toMatchObject({text: "ABC", finishReason: "stop"});
  });

  it("is not read on when it never ends", async () => {
    const endless: Answer = (_request, response) => {
      response.writeHead(200, {"content-type": "application/json"});
      const block = Buffer.alloc(1 << 20, " ");
      const write = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on("drain", write);
      write();
    };
    await expect(ask(endless)).rejects.toMatchObject({
      kind: "malformed",
      message: expect.stringContaining("larger than 128 MiB") as string
    });
  });

  it("says in the middle of a stream that there were too many requests", async () => {
    const text = chunk("A") + event({error: {message: "slow down", code: 429}});
    await expect(ask(events(text), {stream: true})).rejects.toMatchObject({
      kind: "rate-limit",
      message: expect.stringContaining("answered 429: slow down") as string
    });
  });
});

describe("a key that a server echoes", () => {
  const options = {apiKeyEnv: "TEST_KEY", headersEnv: {"x-token": "TEST_TOKEN"}};
  const keys = () => {
    vi.stubEnv("TEST_KEY", "verysecretkey-0123");
    vi.stubEnv("TEST_TOKEN", 'quoted"token\\99');
  };

  it("does not come back in an answer, streamed or not", async () => {
    keys();
    const words = ({headers}: IncomingMessage) =>
      `${headers.authorization} and ${String(headers["x-token"])}`;
    const plain = await ask((request, response) => {
      const {headers} = request;
      json(completion({content: words(request)}, {model: "m", system_fingerprint: headers["x-token"]}))(
        request,
        response
      );
    }, options);
    expect(plain).toMatchObject({text: "Bearer [hidden] and [hidden]", fingerprint: "[hidden]"});
    const streamed = await ask(
      (request, response) => events(chunk(words(request), 0, "stop"))(request, response),
      {...options, stream: true}
    );
    expect(streamed.text).toBe("Bearer [hidden] and [hidden]");
  });

  it("does not come back in an error, not even its beginning", async () => {
    keys();
    const failure = await ask(
      ({headers}, response) =>
        response
          .writeHead(401, {"content-type": "application/json"})
          .end(JSON.stringify({error: {message: `${headers.authorization}; bad key verysecretk***`}})),
      options
    ).catch((error: unknown) => error as Error);
    expect(String((failure as Error).message)).toMatch(/bad key \[hidden\]/);
    expect(JSON.stringify(failure) + (failure as Error).stack).not.toMatch(/verysecret/);
  });

  it("does not follow a redirect to another server", async () => {
    keys();
    let reached = 0;
    const {port} = await answeringServer((_request, response) => {
      reached++;
      response.end();
    });
    const location = `http://localhost:${port}/v1/chat/completions`;
    await expect(
      ask((_request, response) => response.writeHead(307, {location}).end(), options)
    ).rejects.toMatchObject({message: expect.stringContaining("It redirects") as string});
    expect(reached).toBe(0);
  });
});

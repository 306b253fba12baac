import {describe, expect, it} from "vitest";
import {jsonEvents} from "../../../src/inference/endpoints/eventStream.js";
import {askRaw} from "../../support/askRaw.js";
import fc from "../../support/property.js";

const written = (text: string) => ({choices: [{index: 0, delta: {content: text}}]});
const done = {choices: [{index: 0, delta: {}, finish_reason: "stop"}]};

/** One call to a server that streams these texts as they are. */
const asked = (...parts: string[]) =>
  askRaw(
    async (response) => {
      response.writeHead(200, {"content-type": "text/event-stream; charset=utf-8"});
      for (const part of parts) await new Promise((resolve) => response.write(part, resolve));
      response.end();
    },
    {stream: true}
  );
const data = (value: object) => `data: ${JSON.stringify(value)}`;

describe("a stream of events over HTTP", () => {
  it("may have any line ends, comments, other fields, and no space after the colon", async () => {
    const {text} = await asked(
      ": OPENROUTER PROCESSING\r\n\r\n",
      `event: message\r\nid: 1\r\n${data(written("é"))}\r\n\r\n`,
      `${data(written("b")).replace(" ", "")}\r\r`,
      "data:\n\n",
      `retry: 5\n${data(done)}\n\ndata: [DONE]\n\n`
    );
    expect(text).toBe("éb");
  });

  it.each(["\n", "", "\r\n"])("may end without the empty line of its last event: %j", async (end) => {
    expect(await asked(`${data(written("whole"))}\n\n`, data(done) + end)).toMatchObject({
      text: "whole",
      finishReason: "stop"
    });
  });

  it("is cut off where its last event is half there, and malformed where it is none", async () => {
    const half = data(done).slice(0, -9);
    await expect(asked(`${data(written("a"))}\n\n`, half)).rejects.toMatchObject({kind: "truncated-stream"});
    await expect(asked(`${data(written("a"))}\n\n`, `${half}\n\n`)).rejects.toMatchObject({
      kind: "malformed"
    });
  });

  it("is not read behind [DONE]", async () => {
    const {text} = await asked(
      `${data(written("a"))}\n\n${data(done)}\n\ndata: [DONE]\n\n`,
      "data: {oops\n\n"
    );
    expect(text).toBe("a");
  });
});

describe("jsonEvents", () => {
  const collected = async (bytes: Uint8Array[]) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const part of bytes) controller.enqueue(part);
        controller.close();
      }
    });
    const events: unknown[] = [];
    for await (const event of jsonEvents(new Response(body))) events.push(event);
    return events;
  };

  it("gives the same events wherever the bytes are cut, in characters and line ends too", async () => {
    const ends = fc.constantFrom("\n", "\r\n", "\r");
    const events = fc.array(fc.record({text: fc.string({unit: "grapheme"})}), {maxLength: 5});
    await fc.assert(
      fc.asyncProperty(events, ends, fc.array(fc.nat({max: 400})), async (values, end, cuts) => {
        // Two lines of data are one event.
        const text = values
          .map((value) => `data: {"a":${end}data:${JSON.stringify(value)}}${end}: comment${end}${end}`)
          .join("");
        const bytes = Buffer.from(text);
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const parts = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
        expect(await collected(parts)).toEqual(values.map((value) => ({a: value})));
      })
    );
  });
});

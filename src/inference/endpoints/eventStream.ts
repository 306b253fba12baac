import {EndpointError} from "./types.js";

interface StreamEvent {
  data: string;
  /** False for what stands after the last line break. */
  whole: boolean;
}

/**
 * The data of a `text/event-stream`, event by event. The last one counts without the empty line that ends an event: some
 * servers leave it out.
 */
async function* streamEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<StreamEvent> {
  let data: string[] = [];
  for await (const {text, whole} of eventLines(chunks)) {
    if (text === "") {
      if (data.length) yield {data: data.join("\n"), whole};
      data = [];
    } else if (/^data(:|$)/.test(text)) data.push(text.slice(5).replace(/^ /, ""));
  }
  if (data.length) yield {data: data.join("\n"), whole: false};
}

/** Lines that end in LF, CR or both, and what stands behind the last. */
async function* eventLines(
  chunks: AsyncIterable<Uint8Array>
): AsyncGenerator<{text: string; whole: boolean}> {
  const decoder = new TextDecoder();
  let begun = "";
  let afterReturn = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, {stream: true});
    if (text === "") continue;
    if (afterReturn && text.startsWith("\n")) text = text.slice(1);
    afterReturn = text.endsWith("\r");
    const lines = text.split(/\r\n|[\r\n]/);
    lines[0] = begun + lines[0]!;
    begun = lines.pop()!;
    for (const line of lines) yield {text: line, whole: true};
  }
  begun += decoder.decode();
  if (begun) yield {text: begun, whole: false};
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

/**
 * The JSON of each event of a streamed answer, until `[DONE]`. Throws EndpointError "malformed", or "truncated-stream" where
 * the last one is cut off.
 */
export async function* jsonEvents(response: Response): AsyncGenerator<unknown> {
  for await (const {data, whole} of streamEvents(chunksOf(response))) {
    if (data.trim() === "") continue;
    if (data.trim() === "[DONE]") return;
    yield parsedEvent(data, whole);
  }
}

function parsedEvent(data: string, whole: boolean): unknown {
  try {
    return JSON.parse(data);
  } catch {
    if (whole) throw new EndpointError("malformed", "The stream holds an event that is not valid JSON.");
    throw new EndpointError("truncated-stream", "The stream ended inside an event.");
  }
}

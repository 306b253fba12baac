import {Readable} from "node:stream";
import {unpacked, readBeginning, readWhole} from "./answerBody.js";
import {connectionError} from "./connectionError.js";
import type {HttpExchange, HttpRequest} from "./httpCall.js";
import type {Gathered} from "./gather.js";
import {EndpointError} from "./types.js";

/** A server's answer to one request. */
export class HttpAnswer {
  readonly status: number;
  /** To be read as it comes; undefined where the answer came whole. */
  readonly body: Readable | undefined;

  constructor(
    private readonly gathered: Gathered,
    readonly exchange: HttpExchange,
    private readonly origin: string,
    private readonly sent: HttpRequest
  ) {
    this.status = gathered.status;
    this.body = gathered.body && unpacked(gathered.body, this.header("content-encoding"));
  }

  /** @param name in lower case */
  header(name: string): string | undefined {
    const value = this.gathered.headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** The whole text: at once where it has come. */
  read(): string | Promise<string> {
    return (
      this.gathered.text ??
      readWhole(this.body!).catch((error: unknown) => {
        throw requestFailure(error, this.exchange, this.origin, this.sent);
      })
    );
  }

  /** The first 64 kB or so of a text that tells of an error; empty where it cannot be read. */
  start(): Promise<string> {
    return readBeginning(this.body!).catch(() => "");
  }

  async json(): Promise<unknown> {
    const json = parseJson(await this.read());
    this.exchange.onJson?.(json);
    return json;
  }

  /** Rejects: the answer is not declared as JSON. */
  async refuse(): Promise<never> {
    await this.read();
    throw new EndpointError(
      "malformed",
      `The server answered ${this.header("content-type") ?? "without a content type"} instead of JSON. Check that the base URL is the API and not a web page.`
    );
  }
}

/** What a request failed with: that it was stopped, or what its connection met. What was to be sent is read no further. */
export function requestFailure(
  error: unknown,
  {stop}: HttpExchange,
  origin: string,
  {body}: HttpRequest
): Error {
  if (body instanceof Readable) body.on("error", () => undefined).destroy();
  return stop.reason ?? connectionError(error, origin);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EndpointError(
      "malformed",
      `The server's answer of ${text.length} characters is not valid JSON.`
    );
  }
}

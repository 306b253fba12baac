import {emptyRecord} from "../../base/validation/memberOf.js";
import {Readable} from "node:stream";
import type {Dispatcher} from "undici";
import {isCompressed, maxAnswerBytes, answerTooLarge} from "./answerBody.js";
import type {AttemptDeadline} from "./deadline.js";

type AnswerHeaders = Record<string, string | string[] | undefined>;

/** An answer with its text where that has come whole, and with a body to read otherwise. */
export interface Gathered {
  status: number;
  headers: AnswerHeaders;
  text?: string;
  body?: Readable;
}

/**
 * Makes a request and resolves when its answer is there as a whole; at once, with a body, when it is packed, tells of an error,
 * or is asked for `asBody`, to be read as it comes. Undici's `request` makes a stream of every answer, which costs more than all else that it does for a small one.
 */
export function gatherAnswer(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  stop: AttemptDeadline,
  asBody = false
): Promise<Gathered> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(options, new Gathering(stop, asBody, resolve, reject));
  });
}

class Gathering implements Dispatcher.DispatchHandler {
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: AnswerHeaders = emptyRecord();
  private readonly parts: Buffer[] = [];
  private bytes = 0;
  private body: Readable | undefined;

  constructor(
    private readonly stop: AttemptDeadline,
    private readonly asBody: boolean,
    private readonly resolve: (answer: Gathered) => void,
    private readonly reject: (error: Error) => void
  ) {
    stop.tell((reason) => this.controller?.abort(reason));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.stop.reason) controller.abort(this.stop.reason);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    // Something like "103 Early Hints", before the answer.
    if (status < 200) return;
    this.status = status;
    this.headers = headers;
    const encoding = headers["content-encoding"];
    if (!this.asBody && status < 300 && !isCompressed(Array.isArray(encoding) ? encoding[0] : encoding))
      return;
    const body = bodyOf(controller);
    this.body = body;
    this.resolve({status, headers, body});
  }

  onResponseData(controller: Dispatcher.DispatchController, part: Buffer): void {
    if (this.body) {
      if (!this.body.push(part)) controller.pause();
      return;
    }
    this.parts.push(part);
    this.bytes += part.length;
    if (this.bytes > maxAnswerBytes) controller.abort(answerTooLarge());
  }

  onResponseEnd(): void {
    const {status, headers, parts, body} = this;
    if (body) return void body.push(null);
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const text = bytes.toString("utf8");
    this.resolve({status, headers, text: text.startsWith("\ufeff") ? text.slice(1) : text});
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.body) this.body.destroy(error);
    else this.reject(error);
  }
}

/** What is pushed into it, which it holds up when it is read slowly; ended before its end, it gives the connection up. */
function bodyOf(controller: Dispatcher.DispatchController): Readable {
  const body = new Readable({
    read: () => controller.resume(),
    destroy(error, done) {
      if (!body.readableEnded) controller.abort(error ?? new Error("The answer was not read on."));
      done(error);
    }
  });
  // Whoever reads is told; where nobody does, it is not to be thrown.
  return body.on("error", () => undefined);
}

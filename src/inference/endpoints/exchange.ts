import type {Readable} from "node:stream";
import type {AttemptDeadline} from "./deadline.js";

/** What one attempt adds to its HTTP requests. */
export interface HttpExchange {
  stop: AttemptDeadline;
  headers?: Record<string, string>;
  /** Makes the server's words safe to store. */
  hide(text: string): string;
  /** The answer to a POST must be a stream of events. */
  stream?: boolean;
  /** Told of every JSON body that arrived. */
  onJson?(body: unknown): void;
}

/** What one request sends. */
export interface HttpRequest {
  /** Default GET. */
  method?: string;
  headers?: Record<string, string>;
  body?: string | Readable;
}

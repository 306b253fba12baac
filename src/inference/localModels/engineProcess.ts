import {leaveEndToParent, loadLlama, tellParent} from "../../weights/ggml/index.js";
import {messageOf, UserError} from "../../base/validation/errors.js";
import {Engine} from "./engine.js";
import type {FromEngine, ToEngine} from "./messages.js";

/** The engine's own process: a failed assertion of the library ends it and not the caller, whose event loop stays free. */
let engine: Engine | undefined;
const stops = new Map<number, (error: unknown) => void>();

function say(message: FromEngine): void {
  void tellParent(message);
}

function refusal(error: unknown): {message: string; forUser: boolean} {
  return {message: messageOf(error), forUser: error instanceof UserError};
}

async function hear(message: ToEngine): Promise<void> {
  switch (message.type) {
    case "load":
      try {
        engine = await Engine.load(message.options);
        say({type: "loaded", info: engine.info});
      } catch (error) {
        say({type: "refused", ...refusal(error)});
      }
      return;
    case "generate":
      return generate(message);
    case "score":
      return score(message);
    case "stop":
      stops.get(message.id)?.(new Error("stopped"));
      return;
    case "logits":
      try {
        say({type: "logits", id: message.id, logits: engine!.logitsOf(message.tokens, message.adapter)});
      } catch (error) {
        say({type: "error", id: message.id, ...refusal(error)});
      }
      return;
    case "check":
      try {
        const {ggml} = await loadLlama();
        const devices = ggml.devices.map(({name, description}) => `${name}: ${description}`);
        say({type: "library", version: ggml.version, devices});
      } catch (error) {
        say({type: "refused", ...refusal(error)});
      }
      return;
    case "close":
      engine?.close();
      process.exit(0);
  }
}

function generate({id, request, stream}: Extract<ToEngine, {type: "generate"}>): void {
  begin(id, (onError) =>
    engine!.generate(request, {
      onText: stream ? (text, logprobs) => say({type: "text", id, text, logprobs}) : undefined,
      onDone(generation) {
        stops.delete(id);
        say({type: "done", id, generation, memoryBytes: process.memoryUsage.rss()});
      },
      onError
    })
  );
}

function score({id, request}: Extract<ToEngine, {type: "score"}>): void {
  begin(id, (onError) =>
    engine!.score(request, {
      onDone(scoring) {
        stops.delete(id);
        say({type: "scored", id, scoring, memoryBytes: process.memoryUsage.rss()});
      },
      onError
    })
  );
}

/** Starts a request and keeps what stops it. */
function begin(id: number, start: (onError: (error: unknown) => void) => (error: unknown) => void): void {
  const fail = (error: unknown) => {
    stops.delete(id);
    say({type: "error", id, ...refusal(error)});
  };
  try {
    stops.set(id, start(fail));
  } catch (error) {
    fail(error);
  }
}

process.on("message", (message: ToEngine) => void hear(message));
process.on("disconnect", () => process.exit(0));
leaveEndToParent();

import {findLibraries, RELEASE} from "../../weights/ggml/index.js";
import {startEngineProcess} from "./generator.js";
import type {FromEngine, ToEngine} from "./messages.js";
import {UserError} from "../../base/validation/index.js";

/** What runs language models here. */
export interface LibraryFound {
  /** The npm package and its release. */
  package: string;
  release: string;
  ggml: string;
  /** The processor first: "CPU: …", then graphics processors. */
  devices: string[];
}

/**
 * Loads the library in a process of its own and asks for its version and devices. Throws a UserError with the command
 * that installs what is missing or of another release.
 */
export async function checkLibrary(): Promise<LibraryFound> {
  const {package: name} = findLibraries();
  const child = startEngineProcess();
  try {
    const found = await new Promise<Extract<FromEngine, {type: "library"}>>((resolve, reject) => {
      child.once("message", (message: FromEngine) => {
        if (message.type === "library") resolve(message);
        else reject(new UserError("message" in message ? message.message : "the library gave no answer"));
      });
      child.on("error", reject);
      child.once("exit", (code, signal) =>
        reject(
          new UserError(
            `The process that loads the library ended (${signal ?? `code ${code}`}): it does not run on this machine.`
          )
        )
      );
      child.send({type: "check"} satisfies ToEngine);
    });
    return {package: name, release: RELEASE, ggml: found.version, devices: found.devices};
  } finally {
    child.kill("SIGKILL");
  }
}

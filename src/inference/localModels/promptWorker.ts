import {parentPort, workerData} from "node:worker_threads";
import {messageOf} from "../../base/validation/errors.js";
import {type PrompterSettings, prompterOf} from "./chatPrompt.js";
import {prepared, type PromptRequest} from "./prepared.js";
import type {WorkerAnswer} from "./promptThreads.js";

/** Prepares the request of each message, and answers with it or with what is wrong. */
const prompter = prompterOf(workerData as PrompterSettings);
const answer = (request: PromptRequest): WorkerAnswer => {
  try {
    return {prepared: prepared(prompter, request)};
  } catch (error) {
    return {wrong: messageOf(error)};
  }
};
parentPort!.on("message", (request: PromptRequest) => parentPort!.postMessage(answer(request)));

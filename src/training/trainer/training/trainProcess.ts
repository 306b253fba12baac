import {tellParent} from "../../../weights/ggml/index.js";
import {toldToParent} from "../../../base/system/machineError.js";
import type {FromTraining, ToTraining} from "./messages.js";
import {train} from "./train.js";

let stopped = false;
const stop = () => {
  stopped = true;
};
// A terminal's Ctrl-C reaches the whole group: the step is ended and a checkpoint written, as when the parent says stop.
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
process.on("disconnect", stop);

const tell = (message: FromTraining) => tellParent(message);

process.on("message", (message: ToTraining) => {
  if (message.type === "stop") return stop();
  void train(message.job, {
    onProgress: (progress) => void tell({type: "progress", progress}),
    stopped: () => stopped,
    // Computing blocks the loop: messages and signals are read here.
    pause: () => new Promise((resolve) => setImmediate(resolve))
  })
    .then((outcome) => tell({type: "ended", outcome}))
    .catch((error: unknown) => tell({type: "failed", ...toldToParent(error)}))
    .finally(() => {
      if (process.connected) process.disconnect();
    });
});

import {
  drainQueue,
  openQueueLink,
  pauseQueue,
  queueAddress,
  type QueueLink,
  queueStatus,
  resumeQueue,
  retryQueue
} from "../../../evals/queue/index.js";
import {note, print, printJson, table} from "../../terminal/terminal.js";

const PAUSED = "Paused: no further call begins, at any endpoint; `assay queue resume` goes on";

const done = {
  pause: {act: pauseQueue, says: () => PAUSED},
  resume: {act: resumeQueue, says: (n: number) => `${n} queues resumed`},
  drain: {act: drainQueue, says: (n: number) => `${n} runs told to end; what waited is removed`},
  retry: {act: retryQueue, says: (n: number) => `${n} failed jobs are tried again`}
};

export async function queueVerb(
  what: "status" | keyof typeof done,
  url: string | undefined,
  {json}: {json?: boolean}
): Promise<void> {
  const link = await openQueueLink(queueAddress(url ?? process.env["ASSAY_QUEUE"]), {
    onMessage: (message) => note(`queue: ${message}`)
  });
  try {
    if (what === "status") return await status(link, json);
    const count = await done[what].act(link);
    if (json) printJson({[what]: count});
    else print(done[what].says(count));
  } finally {
    link.close();
  }
}

async function status(link: QueueLink, json: boolean | undefined): Promise<void> {
  const found = await queueStatus(link);
  if (json) return printJson(found);
  if (found.paused) print(PAUSED);
  if (found.queues.length === 0) return print(`No run and no worker has used ${link.shown} yet.`);
  print(
    table(found.queues, [
      {title: "endpoint", text: "name", value: ({endpoint}) => endpoint},
      {title: "workers", align: "right", value: ({workers}) => workers},
      {title: "jobs waiting", align: "right", value: ({waiting}) => waiting},
      {title: "active", align: "right", value: ({active}) => active},
      {title: "failed", align: "right", value: ({failed}) => failed},
      {title: "calls in flight", align: "right", value: ({inFlight}) => inFlight},
      {title: "allowed", align: "right", value: ({allowed}) => allowed}
    ])
  );
  print(`${found.runs} runs at work`);
}

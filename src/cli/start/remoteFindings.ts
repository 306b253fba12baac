import {messageOf} from "../../base/validation/index.js";
import {probeServer} from "../../base/store/index.js";
import type {EvalFinding} from "../../evals/runner/index.js";

export type DoctorFinding = Pick<EvalFinding, "what" | "status" | "message"> & {check: string};

/** Clocks of machines that hold leases may differ by so much. */
const CLOCK_MS = 30_000;

/** What the server of a shared store does that leases rely on; nothing for a store on this machine. */
export async function storeServerFindings(address = process.env["ASSAY_STORE"]): Promise<DoctorFinding[]> {
  if (!address) return [];
  const what = "the store's server";
  try {
    const {name, ignored, clockMs, latencyMs} = await probeServer(address);
    const seconds = Math.round(Math.abs(clockMs) / 1000);
    const isOff = Math.abs(clockMs) > CLOCK_MS;
    return [
      {
        what,
        check: "conditional writes",
        status: ignored.length === 0 ? "ok" : "error",
        message:
          ignored.length === 0
            ? `${name} honours If-None-Match and If-Match: one of several writers at once wins`
            : `${name} ignores ${ignored.join(" and ")}: two machines can hold one lease, and pay for the same calls twice. Use a server that honours them.`
      },
      {
        what,
        check: "clock",
        status: isOff ? "error" : "ok",
        message: `${seconds} s ${clockMs < 0 ? "behind" : "ahead of"} this machine${isOff ? ": leases of one minute lapse too early or late. Set both by NTP." : ""}`
      },
      {
        what,
        check: "latency",
        status: latencyMs > 1000 ? "warning" : "ok",
        message: `${Math.round(latencyMs)} ms a write`
      }
    ];
  } catch (error) {
    return [{what, check: "reachable", status: "error", message: messageOf(error)}];
  }
}

/** Whether the queue's server answers, and who works there; nothing without ASSAY_QUEUE. */
export async function queueFindings(address = process.env["ASSAY_QUEUE"]): Promise<DoctorFinding[]> {
  if (!address) return [];
  const what = "the queue";
  const {openQueueLink, queueAddress, queueStatus} = await import("../../evals/queue/index.js");
  try {
    const link = await openQueueLink(queueAddress(address), {key: process.env["ASSAY_QUEUE_KEY"]});
    try {
      const since = performance.now();
      const {paused, queues, runs} = await queueStatus(link);
      const latencyMs = Math.round(performance.now() - since);
      const failed = queues.reduce((sum, one) => sum + one.failed, 0);
      const workers = Math.max(0, ...queues.map((one) => one.workers));
      return [
        {
          what,
          check: "reachable",
          status: "ok",
          message: `${link.shown} answers; its status took ${latencyMs} ms`
        },
        {
          what,
          check: "workers",
          status: paused || failed > 0 || workers === 0 ? "warning" : "ok",
          message: `${workers} at work, ${runs} runs${paused ? "; paused: `assay queue resume` goes on" : ""}${failed > 0 ? `; ${failed} failed jobs: \`assay queue retry\`` : ""}`
        }
      ];
    } finally {
      link.close();
    }
  } catch (error) {
    return [{what, check: "reachable", status: "error", message: messageOf(error)}];
  }
}

import {randomBytes} from "node:crypto";
import type {AttemptOutcome} from "../../../inference/endpoints/index.js";
import {answerKey, runKeys} from "../keys.js";
import type {RetryAnswer} from "../protocol.js";
import type {Redis} from "../server/redis.js";
import type {Outbox} from "./outbox.js";

const LOOK_MS = 1000;
/** A question that was not answered for so long is asked again: it, or its answer, may be lost. */
const ASK_AGAIN_MS = 3000;

/** Questions of a worker whether a call may make another attempt, which the run's coordinator answers. */
export class RetryQuestions {
  private readonly open = new Map<string, (allowed: boolean) => void>();

  constructor(
    private readonly redis: Redis,
    private readonly outbox: Outbox
  ) {}

  /** False when the coordinator refuses, when there is none any more, or when `signal` fires. */
  async ask(run: string, key: string, failed: AttemptOutcome, signal: AbortSignal): Promise<boolean> {
    const question = randomBytes(8).toString("hex");
    const send = () => this.outbox.send(run, {type: "mayRetry", question, key, failed});
    send();
    let askedAt = performance.now();
    return new Promise<boolean>((resolve) => {
      const end = (allowed: boolean) => {
        clearInterval(timer);
        signal.removeEventListener("abort", refuse);
        this.open.delete(question);
        resolve(allowed);
      };
      const refuse = () => end(false);
      const look = async () => {
        const stored = await this.storedAnswer(run, question);
        if (stored !== undefined) return end(stored);
        if (performance.now() - askedAt <= ASK_AGAIN_MS) return;
        askedAt = performance.now();
        send();
      };
      const timer = setInterval(() => void look().catch(() => undefined), LOOK_MS);
      signal.addEventListener("abort", refuse);
      this.open.set(question, end);
    });
  }

  answered({question, allowed}: RetryAnswer): void {
    this.open.get(question)?.(allowed);
  }

  /** Undefined while there is none. */
  private async storedAnswer(run: string, question: string): Promise<boolean | undefined> {
    const [answer, lives] = await Promise.all([
      this.redis.call("GET", answerKey(question)),
      this.redis.call("EXISTS", runKeys(run).record)
    ]);
    if (answer !== null) return answer === "1";
    return lives === 0 ? false : undefined;
  }
}

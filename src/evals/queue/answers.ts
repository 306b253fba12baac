import type {Coordination} from "./coordination.js";

/** A worker asks again for seconds, not for as long as it takes to be asked so many others. */
const MOST_REMEMBERED = 10_000;

/** Answers workers' questions. A worker whose question or answer was lost asks again: it is decided once. */
export class Answers {
  private readonly decided = new Map<string, Promise<boolean>>();

  constructor(private readonly coordination: Pick<Coordination, "answer">) {}

  /** Rejects when `decide` does. */
  async give(question: string, decide: () => Promise<boolean>): Promise<void> {
    let decision = this.decided.get(question);
    if (!decision) {
      this.decided.set(question, (decision = decide()));
      const [oldest] = this.decided.keys();
      if (this.decided.size > MOST_REMEMBERED) this.decided.delete(oldest!);
    }
    const allowed = await decision;
    // A server that takes no answer now is given it when the worker asks again.
    await this.coordination.answer(question, allowed).catch(() => undefined);
  }
}

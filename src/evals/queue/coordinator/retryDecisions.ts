/** A worker repeats a question for seconds, not for as long as it takes to decide so many others. */
const MOST_REMEMBERED = 10_000;

/** Whether calls may be tried again: each question is decided once, however often a worker asks it. */
export class RetryDecisions {
  private readonly decided = new Map<string, Promise<boolean>>();

  constructor(private readonly send: (question: string, allowed: boolean) => Promise<void>) {}

  /** Rejects when `decide` does. */
  async answer(question: string, decide: () => Promise<boolean>): Promise<void> {
    let decision = this.decided.get(question);
    if (!decision) {
      this.decided.set(question, (decision = decide()));
      const [oldest] = this.decided.keys();
      if (this.decided.size > MOST_REMEMBERED) this.decided.delete(oldest!);
    }
    const allowed = await decision;
    // When the server takes no answer now, the worker asks again.
    await this.send(question, allowed).catch(() => undefined);
  }
}

import {
  changeSpending,
  holds,
  projectSettings,
  readSpending,
  type SpendingEntry,
  thisHolder,
  type Workspace
} from "../../../base/store/index.js";
import {messageOf, UserError} from "../../../base/validation/index.js";

/** A share of what the project may spend a day: granted in small amounts, so that commands at one time keep to it together. */
export interface DayLedger {
  /** US dollars granted by now. */
  readonly grantedUsd: number;
  /** US dollars of the least that is granted at once. */
  readonly shareUsd: number;
  /**
   * Asks for more, until `toUsd` are granted or all that is left is; "later" when others may give back what they do not use.
   * @param toUsd undefined for all that is left
   */
  grow(toUsd: number | undefined, spentUsd: number): Promise<"granted" | "later" | "never">;
  /** Gives back what is granted beyond `keepUsd`. */
  shrink(keepUsd: number, spentUsd: number): Promise<void>;
  /** Whether nothing more was granted when last asked. */
  readonly isSpent: boolean;
  /** US dollars of the day that nobody has spent or set aside. */
  leftUsd(): Promise<number>;
  /** Why no more is granted. */
  reason(): string;
  /** Notes what was spent in all; nothing is granted any more. */
  end(spentUsd: number): Promise<void>;
}

/** A day's budget is granted in so many shares at most: asking for each call would hold up the calls. */
const SHARES = 50;

const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);

/** The ledger of a project that states `budget.usdPerDay`; undefined of another. Throws UserError when it cannot be kept. */
export async function openDayLedger(
  workspace: Workspace,
  what: string,
  now: () => number = Date.now
): Promise<DayLedger | undefined> {
  const limitUsd = (await projectSettings(workspace.project)).budget?.usdPerDay;
  if (limitUsd === undefined) return undefined;
  await kept(() => readSpending(workspace, dayOf(now())));
  return new StoredLedger(workspace, what, limitUsd, now);
}

/** Throws UserError that says of whatever went wrong that the budget cannot be kept. */
async function kept<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new UserError(
      `the budget of the day cannot be kept: ${messageOf(error)} Nothing is spent without it; take "usdPerDay" out of assay.json to run without.`,
      {cause: error}
    );
  }
}

class StoredLedger implements DayLedger {
  grantedUsd = 0;
  isSpent = false;
  readonly shareUsd: number;
  private readonly holder: ReturnType<typeof thisHolder>;
  private day: string;
  /** US dollars that were granted on days before. */
  private earlierUsd = 0;
  private writing: Promise<unknown> = Promise.resolve();
  private takenUsd = 0;

  constructor(
    private readonly workspace: Workspace,
    what: string,
    private readonly limitUsd: number,
    private readonly now: () => number
  ) {
    this.holder = thisHolder(what);
    this.day = dayOf(now());
    this.shareUsd = limitUsd / SHARES;
  }

  grow(toUsd: number | undefined, spentUsd: number): Promise<"granted" | "later" | "never"> {
    return this.inTurn(async () => {
      await this.turnDay(spentUsd);
      const before = this.grantedUsd;
      const {grantedUsd, later} = await this.change((others) => {
        const taken = others.map(countedUsd);
        const leftUsd = Math.max(0, this.limitUsd - sum(taken));
        this.takenUsd = sum(taken);
        const leastUsd = this.grantedUsd + this.shareUsd;
        const own = Math.min(leftUsd + this.earlierUsd, Math.max(toUsd ?? Infinity, leastUsd));
        // Part of what a call needs serves nobody.
        const serves = own > this.grantedUsd && own >= (toUsd ?? 0);
        return {
          grantedUsd: serves ? own : this.grantedUsd,
          spentUsd,
          later: others.some((one) => !one.ended && holds(one) && one.grantedUsd - one.spentUsd > 1e-9)
        };
      });
      this.grantedUsd = grantedUsd;
      const isGranted = toUsd === undefined ? grantedUsd > before : grantedUsd >= toUsd;
      this.isSpent = !isGranted && !later;
      if (isGranted) return "granted";
      return later ? "later" : "never";
    });
  }

  shrink(keepUsd: number, spentUsd: number): Promise<void> {
    // Lowered before it is written: what is given back is not spent meanwhile.
    this.grantedUsd = Math.min(this.grantedUsd, keepUsd);
    return this.inTurn(async () => {
      await this.change(() => ({grantedUsd: this.grantedUsd, spentUsd}));
    });
  }

  async leftUsd(): Promise<number> {
    const entries = await readSpending(this.workspace, dayOf(this.now()));
    return Math.max(0, this.limitUsd - sum(entries.map(countedUsd)));
  }

  reason(): string {
    const usd = (this.takenUsd + this.grantedUsd - this.earlierUsd).toFixed(4);
    return `budget: $${usd} of the project's $${this.limitUsd} a day (UTC) spent or set aside, and the next call might not fit`;
  }

  async end(spentUsd: number): Promise<void> {
    if (this.grantedUsd === 0 && spentUsd === 0) return;
    await this.inTurn(async () => {
      await this.change(() => ({grantedUsd: spentUsd, spentUsd, ended: true}));
    });
  }

  /** What was granted yesterday and not spent is given back; today's is asked for anew. */
  private async turnDay(spentUsd: number): Promise<void> {
    const today = dayOf(this.now());
    if (today === this.day) return;
    if (this.grantedUsd > this.earlierUsd) await this.change(() => ({grantedUsd: this.grantedUsd, spentUsd}));
    this.day = today;
    this.earlierUsd = this.grantedUsd;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.writing.then(() => kept(work));
    this.writing = done.catch(() => undefined);
    return done;
  }

  /** Writes the own entry of the day, by what the others have. */
  private change<T extends {grantedUsd: number; spentUsd: number; ended?: boolean}>(
    ownOf: (others: SpendingEntry[]) => T
  ): Promise<T> {
    const {owner} = this.holder;
    return changeSpending(this.workspace, this.day, (entries) => {
      const others = entries.filter((one) => one.owner !== owner);
      const result = ownOf(others);
      const own: SpendingEntry = {
        ...this.holder,
        grantedUsd: Math.max(0, result.grantedUsd - this.earlierUsd),
        spentUsd: Math.max(0, result.spentUsd - this.earlierUsd),
        ended: result.ended
      };
      return {entries: [...others, own], result};
    });
  }
}

/** What a command that was killed had set aside counts: its last calls may have been billed. */
const countedUsd = ({grantedUsd, spentUsd, ended}: SpendingEntry) =>
  ended ? spentUsd : Math.max(grantedUsd, spentUsd);

const sum = (amounts: readonly number[]) => amounts.reduce((total, usd) => total + usd, 0);

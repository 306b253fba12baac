import type {ListedObject} from "./bucket.js";

/** How long what a listing said is taken for what is there, in milliseconds. */
const GOOD_FOR_MS = 3_000;

/**
 * What listings said a moment ago: a command that lists the runs asks next for a table of each. It is forgotten with every
 * write of this process, so that what is read under a lease is read after the lease was taken.
 */
export class Listings {
  /** How many writes of this process it was told of. */
  writes = 0;
  private recent: {beginning: string; at: number; objects: Map<string, ListedObject>}[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  /** @param writes how many there were when the listing began: one amid a write may show what was before it */
  remember(beginning: string, objects: readonly ListedObject[], writes: number): void {
    if (writes !== this.writes) return;
    this.recent = this.recent.filter(({at}) => this.isGood(at)).slice(-50);
    this.recent.unshift({
      beginning,
      at: this.now(),
      objects: new Map(objects.map((object) => [object.key, object]))
    });
  }

  /** All objects whose keys begin so, as listed a moment ago; undefined when nothing listed them. */
  below(beginning: string): ListedObject[] | undefined {
    const listing = this.covering(beginning);
    return listing && [...listing.objects.values()].filter(({key}) => key.startsWith(beginning));
  }

  /** An object, "absent" when a listing of a moment ago would have shown it, undefined when none would. */
  object(key: string): ListedObject | "absent" | undefined {
    const listing = this.covering(key);
    return listing && (listing.objects.get(key) ?? "absent");
  }

  forget(): void {
    this.writes++;
    this.recent = [];
  }

  private covering(beginning: string) {
    return this.recent.find(({at, beginning: listed}) => beginning.startsWith(listed) && this.isGood(at));
  }

  private isGood(at: number): boolean {
    return this.now() - at < GOOD_FOR_MS;
  }
}

import {UserError} from "../../../base/validation/index.js";

/** Ways in which one value may begin: the engine follows all of them at once. */
const MOST_WAYS = 500;
/** Of choices within choices that begin alike: the product of all, and of those through which a schema holds itself. */
const MOST_ALIKE = 1000;
const MOST_ALIKE_AGAIN = 3;

/** Counts what the engine would follow at once, while a grammar's rules are written. Throws where that is too much. */
export class OpenChoices {
  /** In how many ways the text of a rule may begin. */
  private readonly ways = new Map<string, number>();
  /** The product of choices that begin alike: within a rule, and around it when it began. */
  private readonly within = new Map<string, number>();
  private readonly before = new Map<string, number>();
  private below = 1;
  private around = 1;

  /** Writes the body of a rule. */
  ofRule(name: string, write: () => string): string {
    const {below} = this;
    this.below = 1;
    this.before.set(name, this.around);
    const body = write();
    this.within.set(name, this.below);
    this.below = Math.max(below, this.below);
    // A body may be the name of another rule.
    const ways = this.ways.get(body);
    if (ways !== undefined) this.ways.set(name, ways);
    return body;
  }

  /** Writes the choices of which a rule is made. */
  ofChoices(name: string, alike: number, write: () => string[]): string[] {
    this.around *= alike;
    const rules = write();
    this.around /= alike;
    this.below *= alike;
    if (this.below > MOST_ALIKE) throw tooAlike();
    const ways = rules.reduce((sum, rule) => sum + (this.ways.get(rule) ?? 1), 0);
    if (ways > MOST_WAYS)
      throw new UserError(
        `The JSON schema has more than ${MOST_WAYS} choices in one place, with those within choices. Nest fewer of them.`
      );
    this.ways.set(name, ways);
    return rules;
  }

  /** Takes note of a rule that is used again; one that is still being written holds itself. */
  again(name: string): void {
    const within = this.within.get(name);
    if (within === undefined && this.around > MOST_ALIKE_AGAIN * (this.before.get(name) ?? 1))
      throw tooAlike();
    this.below = Math.max(this.below, within ?? 1);
  }
}

const tooAlike = () =>
  new UserError(
    "The JSON schema has choices within choices that begin alike. Give each another beginning, such as a constant first."
  );

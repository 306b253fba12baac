import type {Completion} from "../../../inference/endpoints/types.js";

/** Of the newest questions, and characters of their answers. */
const MOST_KEPT = 10_000;
const MOST_CHARACTERS = 64e6;

/** Answers given or under way, by their questions' keys, so that an equal question is asked once. What fails is forgotten. */
export class AskedOnce {
  private readonly asked = new Map<string, Promise<Completion>>();
  private readonly sizes = new Map<string, number>();
  private characters = 0;

  /** The answer that is known, or the one that `ask` brings. */
  answer(key: string, ask: () => Promise<Completion>): Promise<Completion> {
    const known = this.asked.get(key);
    if (known) return known;
    const answer = ask();
    this.asked.set(key, answer);
    answer.then(
      ({text}) => {
        if (this.asked.get(key) === answer) this.grow(key, text.length);
      },
      () => this.asked.delete(key)
    );
    if (this.asked.size > MOST_KEPT) this.forgetOldest(this.asked);
    return answer;
  }

  private grow(key: string, characters: number): void {
    this.sizes.set(key, characters);
    this.characters += characters;
    while (this.characters > MOST_CHARACTERS) this.forgetOldest(this.sizes);
  }

  private forgetOldest(of: ReadonlyMap<string, unknown>): void {
    const key = of.keys().next().value!;
    this.characters -= this.sizes.get(key) ?? 0;
    this.sizes.delete(key);
    this.asked.delete(key);
  }
}

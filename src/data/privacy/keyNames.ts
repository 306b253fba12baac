/** What stands for the redacted keys of a document's objects: different keys of an object stay different. */
export class KeyNames {
  readonly #objects = new Map<
    ReadonlySet<string>,
    {names: Map<string, string>; counts: Map<string, number>}
  >();

  /** What the key `text` of the object with these keys is called, `redacted` where no other key is. */
  nameOf(text: string, redacted: string, siblings: ReadonlySet<string>): string {
    if (redacted === text) return text;
    let object = this.#objects.get(siblings);
    if (!object) this.#objects.set(siblings, (object = {names: new Map(), counts: new Map()}));
    const known = object.names.get(text);
    if (known !== undefined) return known;
    let count = (object.counts.get(redacted) ?? 0) + 1;
    while (siblings.has(numbered(redacted, count))) count++;
    object.counts.set(redacted, count);
    const name = numbered(redacted, count);
    object.names.set(text, name);
    return name;
  }
}

const numbered = (name: string, count: number) => (count === 1 ? name : `${name} ${count}`);

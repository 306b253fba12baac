/**
 * Things that come and go all the time, by a number each. A `Set` or `Map` would keep them alive: the tables that V8
 * outgrows point from one to the next, so once one of them is old, whatever passed through the later ones stays until
 * a full collection. Here a place that is given back is emptied.
 */
export class Passing<T> {
  private readonly items: (T | undefined)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.items.length - this.free.length;
  }

  /** The number by which it is taken back or looked up, from 0; numbers are used again. */
  add(item: T): number {
    const at = this.free.pop() ?? this.items.length;
    this.items[at] = item;
    return at;
  }

  /** Undefined for what is not there. */
  at(number: number): T | undefined {
    return this.items[number];
  }

  /** Puts another thing in the place of one that is there. */
  put(number: number, item: T): void {
    this.items[number] = item;
  }

  /** Call it once for each number that `add` gave. */
  remove(number: number): void {
    this.items[number] = undefined;
    this.free.push(number);
  }

  /** Visits what is there; what is taken back meanwhile is left out. */
  forEach(visit: (item: T) => void): void {
    for (let at = 0; at < this.items.length; at++) {
      const item = this.items[at];
      if (item !== undefined) visit(item);
    }
  }
}

/** A map with string keys for values that come and go all the time: only its keys and numbers pass through a `Map`. */
export class PassingMap<V> {
  private readonly numbers = new Map<string, number>();
  private readonly values = new Passing<V>();

  get size(): number {
    return this.numbers.size;
  }

  *[Symbol.iterator](): IterableIterator<[string, V]> {
    for (const [key, number] of this.numbers) yield [key, this.values.at(number)!];
  }

  has(key: string): boolean {
    return this.numbers.has(key);
  }

  get(key: string): V | undefined {
    const number = this.numbers.get(key);
    return number === undefined ? undefined : this.values.at(number);
  }

  set(key: string, value: V): void {
    const number = this.numbers.get(key);
    if (number === undefined) this.numbers.set(key, this.values.add(value));
    else this.values.put(number, value);
  }

  delete(key: string): boolean {
    const number = this.numbers.get(key);
    if (number === undefined) return false;
    this.numbers.delete(key);
    this.values.remove(number);
    return true;
  }
}

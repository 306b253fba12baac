import {closeSync, openSync, readSync, writeSync} from "node:fs";

/** Open files of one thread. Reading and writing block the thread: the kernel reads ahead and writes behind. */
export class ThreadFiles {
  private readonly readers = new Map<string, number>();
  private readonly writers = new Map<string, number>();

  /** Fills `into` from `offset`; a file that ends early has been changed or cut since it was opened. */
  read(file: string, offset: number, into: Uint8Array): void {
    let fd = this.readers.get(file);
    if (fd === undefined) this.readers.set(file, (fd = openSync(file, "r")));
    let done = 0;
    while (done < into.byteLength) {
      const n = readSync(fd, into, done, into.byteLength - done, offset + done);
      if (n === 0) throw new Error(`${file} ends at byte ${offset + done}: it changed while it was read`);
      done += n;
    }
  }

  write(file: string, offset: number, from: Uint8Array): void {
    let fd = this.writers.get(file);
    if (fd === undefined) this.writers.set(file, (fd = openSync(file, "r+")));
    let done = 0;
    while (done < from.byteLength) done += writeSync(fd, from, done, from.byteLength - done, offset + done);
  }

  close(): void {
    for (const fd of [...this.readers.values(), ...this.writers.values()]) closeSync(fd);
    this.readers.clear();
    this.writers.clear();
  }
}

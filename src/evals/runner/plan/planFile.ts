import {closeSync, openSync} from "node:fs";
import {writeWhole} from "../../../base/system/files.js";

/** A file that grows by texts, each encoded once for the file and for who else takes its bytes. */
export class PlanFile {
  private readonly fd: number;
  private buffer = Buffer.allocUnsafe(1 << 18);
  private position = 0;

  constructor(path: string) {
    this.fd = openSync(path, "w");
  }

  /** Gives the text in UTF-8, which the next call overwrites. */
  append(text: string): Uint8Array {
    const most = 3 * text.length;
    if (most > this.buffer.length) this.buffer = Buffer.allocUnsafe(most);
    const length = this.buffer.write(text);
    writeWhole(this.fd, this.buffer, length, this.position);
    this.position += length;
    return this.buffer.subarray(0, length);
  }

  close(): void {
    closeSync(this.fd);
  }
}

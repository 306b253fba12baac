/**
 * Text that comes in bytes: gives out what is certain to stay, holds back half a character and the beginning of a stop
 * string, and ends at the first stop string.
 */
export class TextStream {
  text = "";
  stopped = false;
  private shown = 0;
  private readonly decoder = new TextDecoder("utf-8");

  constructor(private readonly stops: readonly string[] = []) {}

  /** What can be shown now. */
  push(bytes: Uint8Array): string {
    return this.take(this.decoder.decode(bytes, {stream: true}));
  }

  /** The rest, when no more comes. */
  end(): string {
    const last = this.stopped ? "" : this.take(this.decoder.decode());
    const rest = this.text.slice(this.shown);
    this.shown = this.text.length;
    return last + rest;
  }

  private take(more: string): string {
    if (this.stopped) return "";
    const from = Math.max(0, this.text.length - Math.max(0, ...this.stops.map((stop) => stop.length)));
    this.text += more;
    const ends = this.stops.map((stop) => this.text.indexOf(stop, from)).filter((at) => at >= 0);
    if (ends.length > 0) {
      this.stopped = true;
      this.text = this.text.slice(0, Math.min(...ends));
    }
    const safe = this.stopped ? this.text.length : this.text.length - this.held();
    const shown = this.text.slice(this.shown, safe);
    this.shown = Math.max(this.shown, safe);
    return shown;
  }

  /** The length of the longest ending that may become a stop string. */
  private held(): number {
    let most = 0;
    for (const stop of this.stops)
      for (let length = Math.min(stop.length - 1, this.text.length); length > most; length--)
        if (stop.startsWith(this.text.slice(-length))) {
          most = length;
          break;
        }
    return most;
  }
}

/** A benchmark's outcome: the best of its rounds in seconds, against its target. */
export interface Figure {
  name: string;
  seconds: number[];
  target: number;
  note: string;
}

import type {CostLine, UnknownCost} from "./types.js";

/** Collects the assumptions that nobody stated, so that all of them are named at once. */
export class MissingAmounts {
  readonly #missing: string[] = [];

  /** A number of at least 0; NaN when it is missing, which `answer` never lets out. */
  amount(name: string, value: number | undefined): number {
    if (value !== undefined && Number.isFinite(value) && value >= 0) return value;
    this.#missing.push(name);
    return NaN;
  }

  above0(name: string, value: number | undefined): number {
    return this.amount(name, value === 0 ? undefined : value);
  }

  answer(line: () => CostLine): CostLine | UnknownCost {
    return this.#missing.length > 0 ? {unknown: this.#missing} : line();
  }
}

export function isUnknown(line: CostLine | UnknownCost): line is UnknownCost {
  return "unknown" in line;
}

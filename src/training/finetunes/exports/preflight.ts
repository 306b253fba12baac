import {createHash} from "node:crypto";
import {TemplateError} from "../../../weights/chatTemplates/index.js";
import {type TrainingDestination, destinations, type TokenLimit} from "./destinations.js";
import {estimatedCount, exampleTokens, type ExampleTokens, type TokenCount} from "./exampleTokens.js";
import type {TrainingExample} from "./trainingExample.js";

export interface TrainingPreflight {
  rows: number;
  bytes: number;
  tokens: {
    /** Of pairs both answers count here. */
    total: number;
    /** Of what is learned from at once: of pairs the question with the longer answer. */
    median: number;
    longest: number;
    /** False: counted with the model's tokenizer and template. */
    estimated: boolean;
    /** Examples that the model's chat template refuses, and what it says of the first: they are in none of these numbers. */
    refused?: TemplateRefusals;
  };
  /** Examples that repeat one before them. */
  duplicates: number;
  destinations: DestinationFinding[];
}

export interface TemplateRefusals {
  examples: number;
  said: string;
}

export interface DestinationFinding {
  destination: string;
  /** refused: it would turn the set down, or lose examples; warning: it would train on less than is there. */
  verdict: "ok" | "warning" | "refused";
  /** What is wrong, with the number of examples. */
  findings: string[];
}

export interface TrainingCost {
  epochs: number;
  batch: number;
  steps: number;
  /** Tokens that are billed: of every epoch. */
  tokens: number;
  usd?: number;
}

/**
 * Collects what every destination would say of a set whose examples pass by one at a time. Memory: two numbers and a hash an
 * example.
 */
export class PreflightCounter {
  readonly #tokens: ExampleTokens[] = [];
  readonly #seen = new Set<string>();
  readonly #destinations: readonly TrainingDestination[];
  readonly #said: Record<"problems" | "losses", Map<string, number>>[];
  #refused?: TemplateRefusals;
  #rows = 0;
  #duplicates = 0;
  #bytes = 0;

  /**
   * @param limit of one destination that is told another than its own
   * @param further a destination beside the usual ones
   */
  constructor(
    private readonly format: string,
    private readonly count: TokenCount | undefined,
    private readonly limit?: TokenLimit & {destination: string},
    further?: TrainingDestination
  ) {
    this.#destinations = further ? [...destinations, further] : destinations;
    this.#said = this.#destinations.map(() => ({problems: new Map(), losses: new Map()}));
  }

  add(example: TrainingExample, bytes: number): void {
    this.#bytes += bytes;
    this.#rows++;
    this.#count(example);
    const hash = createHash("sha256")
      .update(JSON.stringify({...example, id: undefined}))
      .digest("base64url");
    if (this.#seen.has(hash)) this.#duplicates++;
    this.#seen.add(hash);
    for (const [i, {problems, losses}] of this.#destinations.entries()) {
      countEach(this.#said[i]!.problems, problems(example, this.format));
      countEach(this.#said[i]!.losses, losses?.(example) ?? []);
    }
  }

  #count(example: TrainingExample): void {
    try {
      this.#tokens.push(exampleTokens(example, this.count ?? estimatedCount));
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error;
      const {examples, said} = this.#refused ?? {examples: 0, said: error.message};
      this.#refused = {examples: examples + 1, said};
    }
  }

  result(): TrainingPreflight {
    const sorted = this.#tokens.map(({longest}) => longest).sort((a, b) => a - b);
    return {
      rows: this.#rows,
      bytes: this.#bytes,
      tokens: {
        total: this.#tokens.reduce((sum, {all}) => sum + all, 0),
        median: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
        longest: sorted.at(-1) ?? 0,
        estimated: this.count === undefined,
        refused: this.#refused
      },
      duplicates: this.#duplicates,
      destinations: this.#destinations.map((one, i) => this.#findings(one, this.#said[i]!))
    };
  }

  #findings(
    destination: TrainingDestination,
    {problems, losses}: Record<"problems" | "losses", ReadonlyMap<string, number>>
  ): DestinationFinding {
    const {name, formats, leastRows, mostRows = Infinity, mostBytes = Infinity} = destination;
    const tokens = this.limit?.destination === name ? this.limit : destination.tokens;
    const rows = this.#rows;
    const refused = [
      ...(formats.includes(this.format) ? [] : [`takes ${formats.join(", ")}, not ${this.format}`]),
      ...(rows < leastRows ? [`${rows} examples, and it takes no fewer than ${leastRows}`] : []),
      ...(rows > mostRows ? [`${rows} examples, and it takes no more than ${mostRows}`] : []),
      ...(this.#bytes > mostBytes ? [`${this.#bytes} bytes, and it takes no more than ${mostBytes}`] : []),
      ...countsOf(problems),
      ...(this.#refused && destination.templated?.includes(this.format) ? [refusalsText(this.#refused)] : [])
    ];
    const long = tokens ? this.#tokens.filter(({longest}) => longest > tokens.most).length : 0;
    const warnings = [
      ...(long > 0 ? [`${long} examples are longer than ${tokens!.most} tokens: ${tokens!.then}`] : []),
      ...countsOf(losses),
      ...(this.#duplicates > 0 ? [`${this.#duplicates} examples repeat another`] : [])
    ];
    const verdict = refused.length > 0 ? "refused" : warnings.length > 0 ? "warning" : "ok";
    return {destination: name, verdict, findings: [...refused, ...warnings]};
  }
}

const refusalsText = ({examples, said}: TemplateRefusals) =>
  `${examples} examples: the template refuses them: ${said}`;

function countEach(counts: Map<string, number>, words: readonly string[]): void {
  for (const one of new Set(words)) counts.set(one, (counts.get(one) ?? 0) + 1);
}

const countsOf = (counts: ReadonlyMap<string, number>) =>
  [...counts].map(([words, count]) => `${count} examples: ${words}`);

/**
 * Steps and billed tokens of a training. Without `epochs` as OpenAI's cookbook chooses them: three, more for fewer than
 * 34 examples (at most 25), fewer beyond 8,333.
 * @param usdPerMillion price of a million training tokens
 */
export function trainingCost(
  {rows, tokens}: Pick<TrainingPreflight, "rows" | "tokens">,
  {
    epochs = usualEpochs(rows),
    batch = 8,
    usdPerMillion
  }: {epochs?: number; batch?: number; usdPerMillion?: number}
): TrainingCost {
  const billed = tokens.total * epochs;
  return {
    epochs,
    batch,
    steps: Math.ceil(rows / batch) * epochs,
    tokens: billed,
    usd: usdPerMillion === undefined ? undefined : (billed / 1e6) * usdPerMillion
  };
}

function usualEpochs(rows: number): number {
  if (rows === 0) return 3;
  if (3 * rows < 100) return Math.min(25, Math.floor(100 / rows));
  return 3 * rows > 25_000 ? Math.max(1, Math.floor(25_000 / rows)) : 3;
}

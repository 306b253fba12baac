import type {HeldTensor} from "../engine/held.js";
import type {LentRows, RowMap} from "../engine/rowMap.js";
import {heldTensor} from "../plan/inputs.js";
import {aliasNames, tiedNames} from "../plan/layers.js";
import type {OpenModel} from "../plan/model.js";
import type {StoredTensor} from "../../safetensors/open.js";
import type {Filler} from "./fillers.js";
import {meanRow} from "./rows.js";
import type {TokenizerVocabulary} from "./vocabulary.js";

/** What the result's vocabulary is made of. */
export interface RowContext {
  /** The token of every row; undefined where a row has none. */
  tokens: readonly (string | undefined)[];
  fillers: ReadonlyMap<string, Filler>;
  force(token: string): boolean;
  models: ReadonlyMap<string, OpenModel>;
  vocabularies: ReadonlyMap<string, TokenizerVocabulary>;
  warnings: Set<string>;
}

/** How a model's table gets a row for each token of the result; undefined when nothing moves. */
export function rowMapOf(model: OpenModel, table: StoredTensor, context: RowContext): RowMap | undefined {
  const rows = table.shape[0]!;
  const own = context.vocabularies.get(model.id)!.ids;
  const taken = new Set(own.values());
  const map = new Int32Array(context.tokens.length);
  const lender = new Lender(table, context);
  const padding: number[] = [];
  for (const [row, token] of context.tokens.entries()) {
    const id = token === undefined ? undefined : own.get(token);
    if (token !== undefined && id !== undefined && id < rows && !context.force(token)) map[row] = id;
    else if (token !== undefined) map[row] = -1 - lender.lend(token);
    else if (row < rows && !taken.has(row)) map[row] = row;
    else padding.push(row);
  }
  if (map.length === rows && padding.length === 0 && map.every((row, i) => row === i)) return undefined;
  const lent = lender.rows();
  for (const row of padding) map[row] = -1 - (lent.starts.length - 1);
  const real = [...own.values()].filter((id) => id < rows);
  const fill =
    padding.length === 0
      ? new Float32Array()
      : (meanRow(heldTensor(model, table), real) ?? new Float32Array(table.shape[1] ?? 1));
  return {map, fill, lent};
}

/** Finds the rows of other models' tables that stand in for those a table lacks. */
class Lender {
  private readonly places = new Map<HeldTensor, number>();
  private readonly lenders = new Map<string, HeldTensor | undefined>();
  private readonly starts = [0];
  private readonly table: number[] = [];
  private readonly row: number[] = [];

  constructor(
    private readonly borrower: StoredTensor,
    private readonly context: RowContext
  ) {}

  /** The place of the token's row among those lent. */
  lend(token: string): number {
    for (const {model, id} of this.context.fillers.get(token)!) {
      const table = this.tableOf(model);
      if (!table || id >= table.shape[0]!) continue;
      this.table.push(this.placeOf(table));
      this.row.push(id);
    }
    if (this.row.length === this.starts.at(-1))
      this.context.warnings.add(
        `The token ${JSON.stringify(token)} has no row to start from in ${this.borrower.name}: zeros are used.`
      );
    return this.starts.push(this.row.length) - 2;
  }

  rows(): LentRows {
    return {
      tables: [...this.places.keys()],
      starts: Int32Array.from(this.starts),
      table: Int32Array.from(this.table),
      row: Int32Array.from(this.row)
    };
  }

  private placeOf(table: HeldTensor): number {
    const known = this.places.get(table);
    if (known !== undefined) return known;
    this.places.set(table, this.places.size);
    return this.places.size - 1;
  }

  /** The model's table of this name, an alias or one it is tied to, where it is as wide. */
  private tableOf(id: string): HeldTensor | undefined {
    if (this.lenders.has(id)) return this.lenders.get(id);
    const model = this.context.models.get(id)!;
    const {tensors} = model.checkpoint;
    const {name, shape} = this.borrower;
    const found = [name, ...aliasNames(name), ...tiedNames(name)].find((one) => tensors.has(one));
    const table = found === undefined ? undefined : heldTensor(model, tensors.get(found)!);
    const lent = table?.shape.length === shape.length && table.shape[1] === shape[1] ? table : undefined;
    this.lenders.set(id, lent);
    return lent;
  }
}

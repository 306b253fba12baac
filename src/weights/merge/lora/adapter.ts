import {existsSync} from "node:fs";
import {join} from "node:path";
import {UserError} from "../../../base/validation/errors.js";
import {isVocabulary, tiedNames} from "../plan/layers.js";
import type {OpenModel} from "../plan/openModel.js";
import type {Dtype} from "../../safetensors/dtype.js";
import {readHeader, type StoredTensor} from "../../safetensors/open.js";
import type {AdapterChange, Stored} from "./change.js";
import {HEAD, plain, PREFIX, headUnknown, tiedTable, whyAbsent} from "./tied.js";
import {ownTokenizer, withVocabulary} from "./vocabulary.js";
import {type AdapterConfig, openAdapterConfig, adapterScale} from "../../safetensors/adapterConfig.js";
import {unknownMembersNote} from "../../safetensors/index.js";

/** Tensors that change others. */
const PARTS = /\.(lora_|trainable_tokens_)/;
const WEIGHTS = "adapter_model.safetensors";

/**
 * The base model with a PEFT adapter in place: changed tensors are computed when they are read, replaced ones point
 * into the adapter's file, and all keep the base's dtype. Throws a UserError that lists every entry of the adapter
 * that does not fit the base.
 */
export async function withAdapter(base: OpenModel, folder: string, id: string): Promise<OpenModel> {
  const file = join(folder, WEIGHTS);
  if (!existsSync(file))
    throw new UserError(`The adapter ${folder} has no ${WEIGHTS}. Convert it to safetensors first.`);
  const {config} = await openAdapterConfig(folder);
  const {tensors} = await readHeader(file);
  if (tensors.length === 0)
    throw new UserError(`The adapter ${folder} is empty: its ${WEIGHTS} holds no tensor. Fetch it again.`);
  const stored = new Map(tensors.map((tensor) => [tensor.name, {...tensor, file}]));
  const edit = new AdapterEdit(base, config, stored, file);
  edit.takeAll();
  const table = edit.savedTable();
  const isResized = table !== undefined && edit.isResized(table);
  const note = unknownMembersNote(folder, config);
  return {
    ...base,
    id,
    notes: note === undefined ? edit.notes : [note, ...edit.notes],
    adapterFile: file,
    config: isResized ? withVocabulary(base.config, table.shape[0]!) : base.config,
    tokenizer: table && ownTokenizer(folder),
    checkpoint: {
      ...base.checkpoint,
      files: [...base.checkpoint.files, file, join(folder, "adapter_config.json")],
      tensors: edit.tensors
    },
    changes: edit.changes,
    dtypes: edit.dtypes
  };
}

class AdapterEdit {
  readonly tensors: Map<string, StoredTensor>;
  readonly changes = new Map<string, AdapterChange>();
  readonly dtypes = new Map<string, Dtype>();
  readonly notes: string[] = [];
  private readonly problems: string[] = [];
  private readonly used = new Set<string>();

  constructor(
    private readonly base: OpenModel,
    private readonly config: AdapterConfig,
    private readonly stored: ReadonlyMap<string, StoredTensor>,
    private readonly file: string
  ) {
    this.tensors = new Map(base.checkpoint.tensors);
  }

  /** Throws a UserError that lists what does not fit. Tensors saved whole come first: others are changes to them. */
  takeAll(): void {
    const keys = [...this.stored.keys()];
    const isSaved = (key: string) => !PARTS.test(key);
    for (const key of keys.filter(isSaved)) this.take(key);
    this.takeTied(keys);
    for (const key of keys.filter((one) => !isSaved(one))) this.take(key);
    this.checkTables();
    this.finish();
  }

  /** The table of embeddings that the adapter saves whole; undefined when it saves none. */
  savedTable(): StoredTensor | undefined {
    return this.savedTables().find(({name}) => tiedNames(name).length === 0);
  }

  /** Whether a saved table has other rows than the base's. */
  isResized({name, shape}: StoredTensor): boolean {
    const own = [name, ...tiedNames(name)].flatMap((one) => this.base.checkpoint.tensors.get(one) ?? [])[0];
    return own !== undefined && own.shape[0] !== shape[0];
  }

  private savedTables(): StoredTensor[] {
    return [...this.tensors.values()].filter(({name, file}) => isVocabulary(name) && file === this.file);
  }

  /** Tables of one model have a row for each token, whoever saved them. */
  private checkTables(): void {
    const saved = this.savedTables().find((table) => this.isResized(table));
    if (!saved) return;
    for (const {name, shape, file} of this.tensors.values())
      if (isVocabulary(name) && shape[0] !== saved.shape[0])
        this.problems.push(
          `${saved.name} has ${saved.shape[0]} rows but ${name}${file === this.file ? "" : ", which the adapter does not save,"} has ${shape[0]}: save both, with modules_to_save`
        );
  }

  /** Gives the result a head of its own where PEFT changes only one of two tied tables. */
  private takeTied(keys: readonly string[]): void {
    const {base, config, file} = this;
    const {tensors} = base.checkpoint;
    const tied = tiedTable({tensors, config: base.config}, this.tensors, {config, file, keys});
    if (tied?.kind === "apart") {
      this.tensors.set(tied.head.name, tied.head);
      const dtype = this.dtypes.get(tied.table);
      if (dtype !== undefined) this.dtypes.set(tied.head.name, dtype);
    } else if (tied?.kind === "tied") {
      const path = tied.head.replace(/weight$/, "");
      for (const key of keys) if (plain(key).startsWith(path)) this.used.add(key);
    } else if (tied) this.notes.push(`${base.id}: ${headUnknown(tied)}`);
  }

  private take(key: string): void {
    if (this.used.has(key)) return;
    const part = /^(.*)\.(lora_A\.weight|lora_embedding_A)$/.exec(key);
    if (part) this.product(part[1]!, key, part[2] === "lora_embedding_A");
    else if (/\.lora_(B\.weight|B\.bias|embedding_B|magnitude_vector(\.weight)?)$/.test(key)) return;
    else if (/\.trainable_tokens_/.test(key))
      this.problems.push(
        `${key} holds single rows of a table (trainable_token_indices), which is not supported: merge the adapter into its base with PEFT (merge_and_unload) and name the result`
      );
    else if (/lora_|trainable_tokens|\bia3_|vera_|oft_|hada_|lokr_/.test(key.slice(PREFIX.length)))
      this.problems.push(`${key} is of a kind that is not supported`);
    else this.replace(key);
  }

  private finish(): void {
    for (const key of this.stored.keys())
      if (
        !this.used.has(key) &&
        /\.lora_|lora_embedding/.test(key) &&
        !this.problems.some((p) => p.startsWith(key))
      )
        this.problems.push(`${key} has no lora_A beside it`);
    if (this.problems.length > 0)
      throw new UserError(
        `The adapter ${this.file} does not fit ${this.base.id}:\n${this.problems.map((p) => `  ${p}`).join("\n")}`
      );
  }

  private product(path: string, keyA: string, embedding: boolean): void {
    const module = plain(path);
    const keyB = `${path}.${embedding ? "lora_embedding_B" : "lora_B.weight"}`;
    const a = this.stored.get(keyA)!;
    const b = this.stored.get(keyB);
    if (!b) return void this.problems.push(`${keyA} has no ${keyB} beside it`);
    this.used.add(keyA).add(keyB);
    const target = `${module}.weight`;
    const weight = this.tensors.get(target);
    if (!weight)
      return void this.problems.push(`${keyA} changes ${target}, ${whyAbsent(target, this.tensors)}`);
    const {rank, scale} = adapterScale(this.config, module);
    if (a.shape[0] !== rank)
      return void this.problems.push(`${keyA} has rank ${a.shape[0]} but adapter_config.json says ${rank}`);
    const transposed = embedding || this.config.fanInFanOut;
    const [outer, inner] = [b.shape[0]!, a.shape.slice(1).reduce((x, y) => x * y, 1)];
    const expected = transposed ? [inner, outer] : [outer, inner];
    const rows = weight.shape[0] ?? 1;
    const columns = weight.shape.slice(1).reduce((x, y) => x * y, 1);
    if (rows !== expected[0] || columns !== expected[1] || b.shape[1] !== rank)
      return void this.problems.push(
        `${keyA} and ${keyB} make [${expected.join(", ")}] but ${target} is [${weight.shape.join(", ")}]`
      );
    const magnitude = this.magnitude(path, outer);
    this.changes.set(target, {
      kind: "product",
      a: place(a),
      b: place(b),
      rank,
      transposed,
      scale,
      magnitude
    });
    this.bias(path, module, outer, scale);
  }

  private magnitude(path: string, outer: number): Stored | undefined {
    const key = [`${path}.lora_magnitude_vector`, `${path}.lora_magnitude_vector.weight`].find((k) =>
      this.stored.has(k)
    );
    if (key === undefined) {
      if (this.config.useDora)
        this.problems.push(`${path} has no lora_magnitude_vector although use_dora is set`);
      return undefined;
    }
    this.used.add(key);
    const stored = this.stored.get(key)!;
    if (stored.shape.reduce((x, y) => x * y, 1) !== outer)
      this.problems.push(`${key} is [${stored.shape.join(", ")}] but there are ${outer} outputs`);
    return place(stored);
  }

  private bias(path: string, module: string, outer: number, scale: number): void {
    const key = `${path}.lora_B.bias`;
    const term = this.stored.get(key);
    if (!term) return;
    this.used.add(key);
    const target = this.tensors.get(`${module}.bias`);
    if (!target)
      return void this.problems.push(`${key} changes ${module}.bias, which the base does not have`);
    if (term.shape[0] !== outer || target.shape[0] !== outer)
      return void this.problems.push(
        `${key} is [${term.shape.join(", ")}] but ${module}.bias has ${target.shape[0]}`
      );
    this.changes.set(`${module}.bias`, {kind: "bias", term: place(term), scale});
  }

  /** A head, or a module that was saved whole by its own name. */
  private mayBeNew(name: string): boolean {
    const modules = name.split(".").slice(0, -1);
    return HEAD.test(name) || (this.config.modulesToSave ?? []).some((saved) => modules.includes(saved));
  }

  /** Modules saved whole and trained biases take the base tensor's place. */
  private replace(key: string): void {
    this.used.add(key);
    const name = plain(key);
    const own = this.base.checkpoint.tensors.get(name);
    const stored = this.stored.get(key)!;
    if (own && !isOfSize(stored, own, isVocabulary(name)))
      return void this.problems.push(
        `${key} is [${stored.shape.join(", ")}] but ${name} is [${own.shape.join(", ")}]`
      );
    if (!own && !this.mayBeNew(name))
      return void this.problems.push(`${key} takes the place of ${name}, which the base does not have`);
    this.tensors.set(name, {...stored, name});
    if (own) this.dtypes.set(name, own.dtype);
  }
}

/** A table that is saved whole may have rows for other tokens than the base's. */
function isOfSize({shape}: StoredTensor, own: StoredTensor, isTable: boolean): boolean {
  const counted = isTable && own.shape.length === 2 ? 1 : 0;
  return shape.length === own.shape.length && shape.slice(counted).join() === own.shape.slice(counted).join();
}

function place({file, offset, dtype, shape}: StoredTensor): Stored {
  return {file, offset, dtype, shape};
}

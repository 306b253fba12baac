import {f64x2, i32, TYPE_BYTES, type Type, unsigned, type WasmValue} from "./instructions.js";

/** A variable of a kernel; as a value, what it holds. */
export interface Local<T extends Type = Type> extends WasmValue<T> {
  readonly index: number;
}

/** Where values of so many bytes lie, one after another; moves on with the loop. */
export interface KernelPointer extends Local<"i32"> {
  readonly bytes: number;
}

/** What a kernel takes: addresses of bits or of values of 2, 4 or 8 bytes, a table's address or another number. */
export type KernelParameter = "bits" | "u16" | "f32" | "f64[]" | "table" | "integer" | "single" | "double";

const SIZES: Partial<Record<KernelParameter, number>> = {bits: 1 / 8, u16: 2, f32: 4, "f64[]": 8};
const TYPES: Readonly<Record<KernelParameter, Type>> = {
  bits: "i32",
  u16: "i32",
  f32: "i32",
  "f64[]": "i32",
  table: "i32",
  integer: "i32",
  single: "f32",
  double: "f64"
};

type KernelArgument<P extends KernelParameter> = P extends "bits" | "u16" | "f32" | "f64[]"
  ? KernelPointer
  : P extends "single"
    ? Local<"f32">
    : P extends "double"
      ? Local<"f64">
      : Local<"i32">;

export type KernelParameters = Readonly<Record<string, KernelParameter>>;

/** A function of a WebAssembly module: its parameters in order, the number of values last. */
export interface Kernel<P extends KernelParameters = KernelParameters> {
  readonly parameters: P;
  readonly returns: boolean;
  readonly types: readonly Type[];
  readonly locals: readonly Type[];
  readonly code: readonly number[];
}

/** The statements of a kernel. */
export class Body {
  readonly code: number[] = [];
  readonly locals: Type[] = [];

  constructor(
    private readonly pointers: readonly KernelPointer[],
    private readonly count: Local<"i32">,
    private readonly parameters: number
  ) {}

  /** A new variable, zero unless a value is given. */
  local<T extends Type>(type: T, value?: WasmValue<T>): Local<T> {
    const index = this.parameters + this.locals.push(type) - 1;
    const local = {type, index, code: [0x20, ...unsigned(index)]};
    if (value) this.set(local, value);
    return local;
  }

  /** A vector computed once and used several times. */
  keep(value: WasmValue<"v128">): Local<"v128"> {
    return this.local("v128", value);
  }

  set<T extends Type>(local: Local<T>, value: WasmValue<T>): void {
    this.code.push(...value.code, 0x21, ...unsigned(local.index));
  }

  /** Writes 16 bytes. */
  store(address: WasmValue<"i32">, value: WasmValue<"v128">, offset = 0): void {
    this.code.push(...address.code, ...value.code, 0xfd, 11, 0, ...unsigned(offset));
  }

  storeWord(address: WasmValue<"i32">, value: WasmValue<"i32">): void {
    this.code.push(...address.code, ...value.code, 0x36, 2, 0);
  }

  storeByte(address: WasmValue<"i32">, value: WasmValue<"i32">): void {
    this.code.push(...address.code, ...value.code, 0x3a, 0, 0);
  }

  if(condition: WasmValue<"i32">, then: () => void): void {
    this.code.push(...condition.code, 0x04, 0x40);
    then();
    this.code.push(0x0b);
  }

  /** Runs over as many whole steps as there are values, and moves the pointers on. */
  loop(step: number, statements: () => void): void {
    const {code, count} = this;
    code.push(0x02, 0x40, 0x03, 0x40, ...i32.ltU(count, i32.const(step)).code, 0x0d, 1);
    statements();
    for (const pointer of this.pointers) this.set(pointer, i32.add(pointer, i32.const(step * pointer.bytes)));
    this.set(count, i32.sub(count, i32.const(step)));
    code.push(0x0c, 0, 0x0b, 0x0b);
  }
}

/**
 * Describes a function over arrays. It works on whole steps of its loop only: callers give multiples and do the rest
 * themselves. What `write` gives back is the function's result.
 */
export function kernel<const P extends KernelParameters>(
  parameters: P,
  write: (body: Body, given: {[K in keyof P]: KernelArgument<P[K]>}) => WasmValue<"i32"> | undefined
): Kernel<P> {
  const list = Object.entries<KernelParameter>(parameters);
  const locals = list.map(([name, kind], index) => {
    const local = {type: TYPES[kind], index, code: [0x20, ...unsigned(index)]};
    return [name, {...local, bytes: SIZES[kind] ?? 0}] as const;
  });
  const pointers = locals.map(([, local]) => local).filter(({bytes}) => bytes > 0) as KernelPointer[];
  const index = list.length;
  const count: Local<"i32"> = {type: "i32", index, code: [0x20, ...unsigned(index)]};
  const body = new Body(pointers, count, index + 1);
  const result = write(body, Object.fromEntries(locals) as unknown as {[K in keyof P]: KernelArgument<P[K]>});
  return {
    parameters,
    returns: result !== undefined,
    types: [...list.map(([, kind]) => TYPES[kind]), "i32"],
    locals: body.locals,
    code: [...body.code, ...(result?.code ?? [])]
  };
}

/** The bytes of a module that imports its memory as `env.memory` and exports every kernel by its name. */
export function assemble(kernels: Readonly<Record<string, Kernel>>): Uint8Array<ArrayBuffer> {
  const list = Object.entries(kernels);
  const text = (value: string) => counted([...Buffer.from(value)]);
  const all = (entries: number[][]) => [...unsigned(entries.length), ...entries.flat()];
  const section = (id: number, content: number[]) => [id, ...counted(content)];
  const types = list.map(([, {types: given, returns}]) => [
    0x60,
    ...counted(given.map((type) => TYPE_BYTES[type])),
    ...counted(returns ? [TYPE_BYTES.i32] : [])
  ]);
  const bodies = list.map(([, {locals, code}]) =>
    counted([...all(locals.map((type) => [1, TYPE_BYTES[type]])), ...code, 0x0b])
  );
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, all(types)),
    ...section(2, all([[...text("env"), ...text("memory"), 0x02, 0x00, 0x00]])),
    ...section(3, all(list.map((_, i) => unsigned(i)))),
    ...section(7, all(list.map(([name], i) => [...text(name), 0x00, ...unsigned(i)]))),
    ...section(10, all(bodies))
  ]);
}

function counted(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content];
}

/** Both halves of four float32 in double precision, and the result rounded once. */
export function inDouble(
  b: Body,
  inputs: readonly WasmValue<"v128">[],
  compute: (...halves: WasmValue<"v128">[]) => WasmValue<"v128">
): WasmValue<"v128"> {
  const kept = inputs.map((input) => b.keep(input));
  const low = kept.map((value) => f64x2.promoteLow(value));
  const high = kept.map((value) => f64x2.promoteHigh(value));
  return f64x2.demote(compute(...low), compute(...high));
}

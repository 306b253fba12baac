import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, it} from "vitest";
import {
  decodeSafetensors,
  decodeWholeNumbers,
  encodeSafetensors,
  placedTensors,
  readSafetensorsHeader
} from "../../../src/weights/models/safetensors.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "assay-safetensors-"));
});
afterAll(() => rm(folder, {recursive: true}));

const tensors = {
  "head.weight": {shape: [2, 3], data: Float32Array.of(1, -2, 3.5, 0, NaN, Infinity)},
  "head.bias": {shape: [2], data: Float32Array.of(0.1, 0.2)}
};

function file(header: object, data: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

describe("safetensors", () => {
  it("come back as they were written, whatever order they were given in", () => {
    const bytes = encodeSafetensors(tensors);
    const {"head.weight": weight, "head.bias": bias} = tensors;
    expect(encodeSafetensors({"head.bias": bias, "head.weight": weight})).toEqual(bytes);
    expect(decodeSafetensors(Buffer.from(bytes))).toEqual(tensors);
  });

  it("start their data at a multiple of eight bytes", () => {
    const bytes = Buffer.from(encodeSafetensors(tensors));
    expect(Number(bytes.readBigUInt64LE()) % 8).toBe(0);
    expect(bytes.length).toBe(8 + Number(bytes.readBigUInt64LE()) + 4 * 8);
  });

  it("hold whole numbers of two bytes and of four, the wider first and each where its type may lie", () => {
    const whole = {
      a: {shape: [3], data: Uint16Array.of(0, 1, 65_535)},
      b: {shape: [1, 2], data: Uint32Array.of(65_536, 4_294_967_295)}
    };
    const bytes = Buffer.from(encodeSafetensors(whole));
    expect(encodeSafetensors({b: whole.b, a: whole.a})).toEqual(encodeSafetensors(whole));
    expect(placedTensors(bytes).map(({name, dtype}) => [name, dtype])).toEqual([
      ["b", "U32"],
      ["a", "U16"]
    ]);
    for (const {from, shape} of placedTensors(bytes)) expect(from % (shape.length === 2 ? 4 : 2)).toBe(0);
    expect(decodeWholeNumbers(bytes)).toEqual(whole);
    expect(
      decodeWholeNumbers(Buffer.from(encodeSafetensors({a: {shape: [0], data: new Uint16Array(0)}})))
    ).toEqual({
      a: {shape: [0], data: new Uint16Array(0)}
    });
  });

  it("are read as floats or as whole numbers, never as the other", () => {
    const whole = Buffer.from(encodeSafetensors({x: {shape: [1], data: Uint16Array.of(7)}}));
    expect(() => decodeSafetensors(whole)).toThrow(/type U16; F32, F16 and BF16/);
    expect(() => decodeWholeNumbers(Buffer.from(encodeSafetensors(tensors)))).toThrow(
      /type F32; U16 and U32/
    );
    expect(() => decodeWholeNumbers(whole.subarray(0, whole.length - 1))).toThrow(/outside the file/);
  });

  it("reads half precision: 1, -2, the largest number, the smallest and infinity", () => {
    const data = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00).buffer);
    const bytes = file({x: {dtype: "F16", shape: [5], data_offsets: [0, 10]}}, data);
    expect([...decodeSafetensors(bytes).x!.data]).toEqual([1, -2, 65504, 2 ** -24, Infinity]);
  });

  it("reads names and shapes without the weights", async () => {
    const path = join(folder, "model.safetensors");
    await writeFile(path, encodeSafetensors(tensors));
    expect(await readSafetensorsHeader(path)).toEqual({
      "head.bias": {dtype: "F32", shape: [2]},
      "head.weight": {dtype: "F32", shape: [2, 3]}
    });
  });

  it("refuses a cut file, offsets that contradict the shape, and types it cannot read", () => {
    const bytes = Buffer.from(encodeSafetensors(tensors));
    expect(() => decodeSafetensors(bytes.subarray(0, bytes.length - 1))).toThrow(/outside the file/);
    expect(() => decodeSafetensors(bytes.subarray(0, 20))).toThrow(/cut/);
    const wrong = file({x: {dtype: "F32", shape: [3], data_offsets: [0, 8]}}, new Uint8Array(8));
    expect(() => decodeSafetensors(wrong)).toThrow(/contradicts its shape/);
    const integers = file({x: {dtype: "I64", shape: [1], data_offsets: [0, 8]}}, new Uint8Array(8));
    expect(() => decodeSafetensors(integers)).toThrow(/type I64/);
    expect(decodeSafetensors(integers, () => false)).toEqual({});
  });

  it("refuses to write a tensor whose shape does not hold its values", () => {
    expect(() => encodeSafetensors({x: {shape: [2], data: new Float32Array(3)}})).toThrow(/does not hold 3/);
  });
});

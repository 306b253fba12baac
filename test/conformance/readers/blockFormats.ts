import {libraryDequantiser, libraryQuantiser, tensorType} from "../../../src/weights/gguf/index.js";
import {openCheckpoint, readTensorBytes, readTensorFloats} from "../../../src/weights/safetensors/index.js";
import type {Reader, ValueFigure} from "../figure.js";
import {has, isObject, type Item, jsonFiles} from "../item.js";

/** Rows of values with the bytes of ggml's block formats and the values that those bytes stand for. */
export const blockFormats: Reader = {
  kind: "block formats",
  matches: (item) => descriptions(item).length > 0,
  async figures(item) {
    const file = descriptions(item)[0]!;
    const {tensors} = await openCheckpoint(item.path("expected.safetensors"));
    const input = tensors.get("input")!;
    const values = await readTensorFloats(input);
    const quantise = await libraryQuantiser();
    const dequantise = await libraryDequantiser();
    const {types} = item.json(file) as {types: Record<string, unknown>};
    const figures: ValueFigure[] = [];
    for (const name of Object.keys(types)) {
      const type = tensorType(name);
      const bytes = await readTensorBytes(tensors.get(`${name}.bytes`)!);
      const meant = await readTensorFloats(tensors.get(`${name}.values`)!);
      const packed = quantise(type, values, input.shape.at(-1)!);
      const read = dequantise(type, new Uint8Array(bytes));
      // The bytes are published beside the description: what is counted is how many differ, and a published block says the name is right.
      figures.push({
        name: `${name}: values a block, bytes a block, with all bytes and values as published`,
        ours:
          differing(packed, bytes) + differing(asBytes(read), asBytes(meant)) === 0
            ? [type.block, type.bytes]
            : [],
        published: {file, path: ["types", name, "block"]}
      });
    }
    return figures;
  }
};

function differing(ours: Uint8Array, theirs: Uint8Array): number {
  return Buffer.compare(ours, theirs) === 0 ? 0 : 1;
}

function asBytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function descriptions(item: Item): string[] {
  return jsonFiles(
    item,
    (content) =>
      has(content, "types", "columns") &&
      isObject(content.types) &&
      Object.values(content.types).every((type) => has(type, "block", "bytes_from"))
  );
}

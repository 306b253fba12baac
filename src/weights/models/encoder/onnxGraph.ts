import {float32, message, type Field} from "./protobuf.js";

const typeCode = {float32: 1, int64: 7};

type ElementType = keyof typeof typeCode;
type Attribute = number | {float: number} | number[];

/**
 * Collects the nodes and constants of an ONNX graph and writes the model file (opset 20). Methods return the names of what they made, so that graphs read like expressions.
 */
export class OnnxGraph {
  private readonly nodes: Uint8Array[] = [];
  private readonly initializers: Uint8Array[] = [];
  private count = 0;

  private constant(type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    const name = `constant${this.initializers.length}`;
    const dims = shape.map((size): Field => [1, size]);
    this.initializers.push(message([...dims, [2, typeCode[type]], [8, name], [9, bytes]]));
    return name;
  }

  floats(shape: readonly number[], values: Float32Array): string {
    return this.constant(
      "float32",
      shape,
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    );
  }

  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant("int64", [values.length], new Uint8Array(data.buffer));
  }

  /** A whole number without dimensions. */
  integer(value: number): string {
    return this.constant("int64", [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  }

  /** Adds an operator with one output. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    output = `value${this.count++}`
  ): string {
    this.nodes.push(
      message([
        ...inputs.map((name): Field => [1, name]),
        [2, output],
        [3, `node${this.nodes.length}`],
        [4, operator],
        ...Object.entries(attributes).map(([name, value]): Field => [5, attribute(name, value)])
      ])
    );
    return output;
  }

  /** The model file's bytes. Sizes are numbers, or names for those that vary from run to run. */
  model(
    inputs: Record<string, [ElementType, (number | string)[]]>,
    outputs: Record<string, [ElementType, (number | string)[]]>
  ): Uint8Array {
    const values = (of: typeof inputs, field: number) =>
      Object.entries(of).map(([name, [type, shape]]): Field => [field, valueInfo(name, type, shape)]);
    const graph = message([
      ...this.nodes.map((node): Field => [1, node]),
      [2, "graph"],
      ...this.initializers.map((tensor): Field => [5, tensor]),
      ...values(inputs, 11),
      ...values(outputs, 12)
    ]);
    return message([
      [1, 9],
      [2, "assay"],
      [7, graph],
      [
        8,
        message([
          [1, ""],
          [2, 20]
        ])
      ]
    ]);
  }
}

function attribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === "number")
    return message([
      [1, name],
      [3, value],
      [20, 2]
    ]);
  if (Array.isArray(value)) return message([[1, name], ...value.map((item): Field => [8, item]), [20, 7]]);
  return Buffer.concat([message([[1, name]]), float32(2, value.float), message([[20, 1]])]);
}

function valueInfo(name: string, type: ElementType, shape: readonly (number | string)[]): Uint8Array {
  const dims = shape.map((size): Field => [1, message([[typeof size === "number" ? 1 : 2, size]])]);
  const tensor = message([
    [1, typeCode[type]],
    [2, message(dims)]
  ]);
  return message([
    [1, name],
    [2, message([[1, tensor]])]
  ]);
}

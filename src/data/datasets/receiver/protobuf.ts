import {emptyRecord} from "../../../base/validation/memberOf.js";

/** How a field is written, and what it becomes in OTLP's JSON. */
type Field = readonly [name: string, as: Scalar | FieldTable, many?: "many"];
type Scalar = "text" | "hex" | "bool" | "whole" | "fixed" | "double";
interface FieldTable {
  [field: number]: Field;
}

const ANY: FieldTable = {
  1: ["stringValue", "text"],
  2: ["boolValue", "bool"],
  3: ["intValue", "whole"],
  4: ["doubleValue", "double"]
};
const PAIR: FieldTable = {1: ["key", "text"], 2: ["value", ANY]};
ANY[5] = ["arrayValue", {1: ["values", ANY, "many"]}];
ANY[6] = ["kvlistValue", {1: ["values", PAIR, "many"]}];
const ATTRIBUTES: Field = ["attributes", PAIR, "many"];
const EVENT: FieldTable = {1: ["timeUnixNano", "fixed"], 2: ["name", "text"], 3: ATTRIBUTES};
const SPAN: FieldTable = {
  1: ["traceId", "hex"],
  2: ["spanId", "hex"],
  4: ["parentSpanId", "hex"],
  5: ["name", "text"],
  7: ["startTimeUnixNano", "fixed"],
  8: ["endTimeUnixNano", "fixed"],
  9: ATTRIBUTES,
  11: ["events", EVENT, "many"],
  15: ["status", {2: ["message", "text"], 3: ["code", "whole"]}]
};
const RESOURCE_SPANS: FieldTable = {
  1: ["resource", {1: ATTRIBUTES}],
  2: ["scopeSpans", {2: ["spans", SPAN, "many"]}, "many"]
};

/** Messages within messages: attributes may hold lists of lists. */
const DEEPEST = 64;

/**
 * An `ExportTraceServiceRequest` in protobuf, as OTLP's JSON would have it; fields that no row is made of are skipped. Field
 * numbers are those of https://github.com/open-telemetry/opentelemetry-proto (trace.proto, common.proto). A library would read
 * this one message no shorter. Throws where the bytes are no such message.
 */
export function readTraces(bytes: Buffer): Record<string, unknown> {
  return {resourceSpans: [], ...read(bytes, {1: ["resourceSpans", RESOURCE_SPANS, "many"]}, 0)};
}

function read(bytes: Buffer, message: FieldTable, depth: number): Record<string, unknown> {
  if (depth > DEEPEST) throw new Error("too deep");
  const found = emptyRecord<unknown>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new Error("a number of more than ten bytes");
  };
  const taken = (length: number): Buffer => {
    if (length > bytes.length - at) throw new Error("cut short");
    return bytes.subarray(at, (at += length));
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const [name, as, many] = message[tag >>> 3] ?? [];
    let value: unknown;
    switch (tag & 7) {
      case 0: {
        const whole = BigInt.asIntN(64, varint());
        value = as === "bool" ? whole !== 0n : as === "whole" ? String(whole) : undefined;
        break;
      }
      case 1: {
        const eight = taken(8);
        value =
          as === "double"
            ? eight.readDoubleLE()
            : as === "fixed"
              ? String(eight.readBigUInt64LE())
              : undefined;
        break;
      }
      case 2: {
        const part = taken(Number(varint()));
        if (as === "text") value = part.toString("utf8");
        else if (as === "hex") value = part.toString("hex");
        else if (typeof as === "object") value = read(part, as, depth + 1);
        break;
      }
      case 5:
        taken(4);
        break;
      default:
        throw new Error("a group, or no field");
    }
    if (name === undefined || value === undefined) continue;
    if (many) ((found[name] ??= []) as unknown[]).push(value);
    else found[name] = value;
  }
  return found;
}

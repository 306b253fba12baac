import {readSync} from "node:fs";
import {open} from "node:fs/promises";
import {UserError} from "../../base/validation/errors.js";
import {toFloats, FLOAT_DTYPES} from "./floats.js";
import type {StoredTensor} from "./open.js";

/** The bytes of one tensor of an opened checkpoint. Throws when the file has become shorter since. */
export async function readTensorBytes(tensor: StoredTensor): Promise<Buffer> {
  const handle = await open(tensor.file, "r");
  try {
    const bytes = Buffer.alloc(tensor.bytes);
    for (let done = 0; done < bytes.length;) {
      const {bytesRead} = await handle.read(bytes, done, bytes.length - done, tensor.offset + done);
      if (bytesRead === 0) throw cut(tensor);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

const cut = ({file, name}: StoredTensor) =>
  new UserError(`${file} ends within the tensor ${name}. Fetch the file again.`);

/** One tensor as 32-bit floats; a tensor of whole numbers or of 8-bit floats is an error that names it. */
export async function readTensorFloats(tensor: StoredTensor): Promise<Float32Array> {
  assertFloats(tensor);
  return toFloats(tensor.dtype, await readTensorBytes(tensor));
}

/**
 * Rows of a matrix of floats, given in ascending order, one after the other: of a large table that is little used, the
 * rest is neither read nor converted. Throws as `readTensorFloats` does.
 */
export async function readTensorRows(tensor: StoredTensor, rows: readonly number[]): Promise<Float32Array> {
  assertFloats(tensor);
  const rowBytes = tensor.bytes / tensor.shape[0]!;
  const bytes = Buffer.allocUnsafe(rows.length * rowBytes);
  const handle = await open(tensor.file, "r");
  try {
    for (let from = 0, to = 0; from < rows.length; from = to) {
      to = from + 1;
      while (to < rows.length && rows[to] === rows[to - 1]! + 1) to++;
      // Thousands of small reads, of which each would wait for a thread.
      for (let done = from * rowBytes; done < to * rowBytes;) {
        const place = tensor.offset + rows[from]! * rowBytes + done - from * rowBytes;
        const read = readSync(handle.fd, bytes, done, to * rowBytes - done, place);
        if (read === 0) throw cut(tensor);
        done += read;
      }
    }
  } finally {
    await handle.close();
  }
  return toFloats(tensor.dtype, bytes);
}

function assertFloats({file, name, dtype}: StoredTensor): void {
  if (!FLOAT_DTYPES.includes(dtype))
    throw new UserError(
      `${file}: the tensor ${name} has type ${dtype}; ${FLOAT_DTYPES.join(", ")} can be read here.`
    );
}

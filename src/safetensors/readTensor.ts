import {open} from "node:fs/promises";
import {UserError} from "../store/errors.js";
import {toFloats, FLOAT_DTYPES} from "./floats.js";
import type {StoredTensor} from "./open.js";

/** The bytes of one tensor of an opened checkpoint. Throws when the file has become shorter since. */
export async function readTensorBytes(tensor: StoredTensor): Promise<Buffer> {
  const handle = await open(tensor.file, "r");
  try {
    const bytes = Buffer.alloc(tensor.bytes);
    for (let done = 0; done < bytes.length;) {
      const {bytesRead} = await handle.read(bytes, done, bytes.length - done, tensor.offset + done);
      if (bytesRead === 0)
        throw new UserError(`${tensor.file} ends within the tensor ${tensor.name}. Fetch the file again.`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** One tensor as 32-bit floats; a tensor of whole numbers or of 8-bit floats is an error that names it. */
export async function readTensorFloats(tensor: StoredTensor): Promise<Float32Array> {
  if (!FLOAT_DTYPES.includes(tensor.dtype))
    throw new UserError(
      `${tensor.file}: the tensor ${tensor.name} has type ${tensor.dtype}; ${FLOAT_DTYPES.join(", ")} can be read here.`
    );
  return toFloats(tensor.dtype, await readTensorBytes(tensor));
}

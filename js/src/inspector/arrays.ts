// Numbers from the kernel's buffers.

/** The bytes of a view as an array; copied only where they are not aligned. */
function aligned(view: DataView, size: number): [ArrayBuffer, number, number] {
  const { buffer, byteOffset, byteLength } = view;
  const length = Math.floor(byteLength / size);
  if (byteOffset % size === 0) return [buffer as ArrayBuffer, byteOffset, length];
  return [
    (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength),
    0,
    length,
  ];
}

export function floats(view: DataView): Float32Array {
  return new Float32Array(...aligned(view, 4));
}

export function counts(view: DataView): Uint32Array {
  return new Uint32Array(...aligned(view, 4));
}

/** The first place of an ascending array whose value is not below a number. */
export function firstFrom(ascending: Float32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Dimensions of a tensor, outermost first. */
export type TensorShape = readonly number[];

/**
 * A file of random 32-bit tensors: the length of the header, the header, the data. Norms have weight one, so that
 * signals neither vanish nor explode, however many layers there are.
 *
 * @param seed the same seed always gives the same file
 */
export function safetensors(tensors: Readonly<Record<string, TensorShape>>, seed: number): Buffer {
  const random = generator(seed);
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, shape] of Object.entries(tensors)) {
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    const isNorm = name.endsWith('LayerNorm.weight');
    for (let i = 0; i < values.length; i++) values[i] = isNorm ? 1 : (random() - 0.5) * 0.08;
    const data = Buffer.from(values.buffer);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + data.length] };
    offset += data.length;
    parts.push(data);
  }
  const text = Buffer.from(JSON.stringify(header));
  // The data starts at a multiple of eight; spaces after the header are part of it.
  const padded = Buffer.concat([text, Buffer.alloc((8 - (text.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded, ...parts]);
}

/** Numbers from 0 to 1, by Mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

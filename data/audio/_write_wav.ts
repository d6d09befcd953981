/** For tests: a WAV file of these chunks, in their order, each padded to an even length. */
export function writeWav(
  chunks: readonly (readonly [tag: string, body: Uint8Array])[],
): Uint8Array<ArrayBuffer> {
  const parts: number[] = [];
  for (const [tag, body] of chunks) {
    parts.push(...ascii(tag), ...u32(body.length), ...body, ...(body.length % 2 === 1 ? [0] : []));
  }
  return Uint8Array.from([...ascii("RIFF"), ...u32(parts.length + 4), ...ascii("WAVE"), ...parts]);
}

/** For tests: the chunk "fmt " of a format by its number. */
export function wavFormat(tag: number, numChannels: number, sampleRate: number, bits: number): Uint8Array {
  const frameBytes = numChannels * Math.ceil(bits / 8);
  return Uint8Array.from([
    ...u16(tag),
    ...u16(numChannels),
    ...u32(sampleRate),
    ...u32(sampleRate * frameBytes),
    ...u16(frameBytes),
    ...u16(bits),
  ]);
}

/** For tests: one channel of 16 bits. */
export function wavOf16(samples: readonly number[], sampleRate: number): Uint8Array<ArrayBuffer> {
  return writeWav([
    ["fmt ", wavFormat(1, 1, sampleRate, 16)],
    ["data", new Uint8Array(Int16Array.from(samples).buffer)],
  ]);
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

function u16(value: number): number[] {
  return [value & 255, value >>> 8];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

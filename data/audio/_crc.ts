/** Remainders of every byte, for a polynomial of 8 or 16 bits. */
function crcTable(polynomial: number, width: 8 | 16): Uint16Array {
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ ((crc >> (width - 1)) & 1 ? polynomial : 0);
    return crc;
  });
}

const table8 = crcTable(0x07, 8);
const table16 = crcTable(0x8005, 16);

/** CRC-8 with x⁸ + x² + x + 1, from 0: of FLAC's frame headers. */
export function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) crc = table8[crc ^ bytes[i]!]! & 255;
  return crc;
}

/** CRC-16 with x¹⁶ + x¹⁵ + x² + 1, from 0: of FLAC's frames. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) crc = ((crc << 8) & 0xffff) ^ table16[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}

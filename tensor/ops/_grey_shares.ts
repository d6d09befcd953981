/** What each channel contributes to an image's grey [C]: of red, green and blue as ITU-R BT.601 has it, else all the same. */
export function greyShares(channels: number): readonly number[] {
  return channels === 3 ? [0.299, 0.587, 0.114] : Array(channels).fill(1 / channels);
}

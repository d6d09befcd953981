export type Cost = { readonly flop: number; readonly bytes: number };
export function costOf(_symbol: string, _args: readonly unknown[]): Cost {
  return { flop: 0, bytes: 0 };
}

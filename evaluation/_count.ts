/** 60000 as "60,000". */
export function count(value: number): string {
  return value.toLocaleString("en");
}

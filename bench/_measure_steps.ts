import process from "node:process";
import type { Answers } from "./_contender.ts";

/** Takes steps, each with its time. */
export async function measureSteps(take: () => Promise<unknown>, numSteps: number): Promise<Answers["time"]> {
  const milliseconds: number[] = [];
  const cpuMilliseconds: number[] = [];
  for (let i = 0; i < numSteps; i++) {
    const [start, cpuStart] = [performance.now(), process.cpuUsage()];
    await take();
    const { user, system } = process.cpuUsage(cpuStart); // µs
    milliseconds.push(performance.now() - start);
    cpuMilliseconds.push((user + system) / 1000);
  }
  return { milliseconds, cpuMilliseconds };
}

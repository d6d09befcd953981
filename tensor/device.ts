import { DeviceError } from "./device_error.ts";
import { startCpu } from "./devices/cpu.ts";
import { startNative } from "./devices/native.ts";
import { startTensorflow } from "./devices/tensorflow.ts";
import { startWasm } from "./devices/wasm.ts";
import { startWebgpu } from "./devices/webgpu.ts";
import { nearestName } from "./nearest_name.ts";
import { selectImageKernels } from "./ops/image_kernels.ts";

/** A device that runs the maths. */
export type DeviceName = "native" | "wasm" | "webgpu" | "tensorflow" | "cpu";

/** How a device is used. */
export type DeviceOptions = {
  /**
   * Threads of `native` and `wasm`, the caller's included, ≥ 1: without, `OMP_NUM_THREADS` decides for `native` where it is set, or else
   * there is one for each core. The first use of a device decides for good.
   */
  readonly threads?: number;
};

/** What starts each device; a start returns what it found, or throws with the reason why not. */
const starts: Readonly<Record<DeviceName, (options: DeviceOptions) => Promise<string>>> = {
  native: startNative,
  wasm: startWasm,
  webgpu: startWebgpu,
  tensorflow: startTensorflow,
  cpu: startCpu,
};

/** Every device, in the order in which `doctor` shows them. */
export const deviceNames: readonly DeviceName[] = Object.keys(starts) as DeviceName[];

/** What `auto` tries, fastest first; `webgpu` must be asked for, as many adapters are slower than the processor. */
const automatic: readonly DeviceName[] = ["native", "wasm", "cpu"];

/** The device in use, and why it and no other. */
export type DeviceChoice = {
  readonly name: DeviceName;
  /** What the device found: processor features, adapter, versions. */
  readonly detail: string;
  /** The devices tried before, each with the reason why it did not work. */
  readonly rejected: readonly { readonly name: DeviceName; readonly reason: string }[];
};

/**
 * Chooses the device that runs all maths from here on. Call it once, before the first tensor.
 * @param name A device, or `auto` for the first that works of native, wasm and cpu.
 * @param options How the device is used.
 * @returns The device, and why those before it did not work.
 * @throws {RangeError} If `threads` is not a whole number ≥ 1.
 * @throws {DeviceError} If the name is unknown, or the device cannot be used here; the message says why.
 */
export async function useDevice(
  name: DeviceName | "auto" | string = "auto",
  options: DeviceOptions = {},
): Promise<DeviceChoice> {
  if (name !== "auto" && !Object.hasOwn(starts, name)) {
    const known = ["auto", ...deviceNames];
    const nearest = nearestName(name, known);
    throw new DeviceError(
      `Unknown device "${name}"${nearest ? `: did you mean "${nearest}"?` : ""} Choose one of ${
        known.join(", ")
      }`,
    );
  }
  const { threads = 1 } = options;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new RangeError(`Cannot use ${threads} threads: choose a whole number from 1`);
  }
  await import("@tensorflow/tfjs"); // registers every op's gradient on the engine that tfjs-core uses
  const rejected: { name: DeviceName; reason: string }[] = [];
  for (const candidate of name === "auto" ? automatic : [name as DeviceName]) {
    try {
      const detail = await starts[candidate](options);
      selectImageKernels(candidate);
      return { name: candidate, detail, rejected };
    } catch (error) {
      rejected.push({ name: candidate, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  const reasons = rejected.map(({ name, reason }) => `${name}: ${reason}`).join("\n");
  throw new DeviceError(`Cannot use the device "${name}"\n${reasons}`);
}

import { DeviceError } from "../device_error.ts";

/** Starts the C kernels of this project, built for this machine. */
export function startNative(): Promise<string> {
  return Promise.reject(new DeviceError("the kernels are not built: run `deno task build`"));
}

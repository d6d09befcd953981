/** A device that was asked for cannot be used; the message says why and what to do. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
}

/** A device that was asked for cannot be used; the message says why and what to do. */
export class DeviceError extends Error {
  /** What `instanceof` says, for logs. */
  override readonly name = "DeviceError";
}

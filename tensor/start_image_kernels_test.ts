import assert from "node:assert/strict";
import { DeviceError } from "./device_error.ts";
import { imageViews, type SourceImage } from "./ops/image_views.ts";
import { startImageKernels } from "./start_image_kernels.ts";

const image: SourceImage = { height: 1, width: 2, channels: 1, pixels: Uint8Array.of(0, 255) };
const format = { height: 1, width: 2, channels: 1, mean: [0], std: [1] };

Deno.test("startImageKernels() starts kernels that make views, without tfjs", async () => {
  assert.ok(["native", "wasm"].includes(await startImageKernels()));
  for (const device of ["wasm", "cpu"] as const) {
    assert.equal(await startImageKernels(device), device);
    const [view] = imageViews([image], [{ shared: [], views: [[{ kind: "flip" }]] }], format);
    assert.deepEqual([...view!], [1, 0]);
  }
});

Deno.test("startImageKernels() refuses a device that it does not know", async () => {
  await assert.rejects(startImageKernels("webgpu" as "wasm"), (error: Error) => {
    assert.ok(error instanceof DeviceError);
    assert.equal(
      error.message,
      'Unknown device "webgpu" for images: choose one of auto, native, wasm, cpu',
    );
    return true;
  });
});

Deno.test("startImageKernels() loads no tfjs", async () => {
  const args = ["info", "--json", new URL("start_image_kernels.ts", import.meta.url).href];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: { specifier: string }[] };
  assert.ok(modules.length > 5);
  assert.deepEqual(modules.filter(({ specifier }) => specifier.includes("tfjs")), []);
});

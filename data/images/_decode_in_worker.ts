/// <reference no-default-lib="true" />
/// <reference lib="deno.worker" />
import { decodeImage } from "./decode_image.ts";

self.onmessage = ({ data: file }: MessageEvent<Uint8Array>) => self.postMessage(decodeImage(file)); // for a test

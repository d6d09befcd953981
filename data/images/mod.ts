/**
 * Images: decoding and encoding.
 * @module
 */
export { decodeImage, type DecodeOptions } from "./decode_image.ts";
export type { DecodedImage } from "./decoded_image.ts";
export { fitSquare } from "./fit_square.ts";
export { type ImageCheck, ImageError } from "./image_error.ts";
export { type ImageFormat, type ImageInfo, imageInfo } from "./image_info.ts";
export { encodePng } from "./encode_png.ts";
export { jpegDecoder } from "./jpeg_decoder.ts";

/**
 * Data sets that stay where they are: ranges over HTTP, tried again when they fail, kept on disk once fetched.
 * @module
 */
export { ByteCache, type ByteCacheOptions, type ByteCacheStatistics } from "./byte_cache.ts";
export { cachedBytes } from "./cached_bytes.ts";
export { httpBytes, type HttpOptions, type UrlMaker } from "./http_bytes.ts";
export { openDatasetAt, type OpenDatasetAtOptions } from "./open_dataset_at.ts";
export { openRemoteDataset, type RemoteDatasetOptions } from "./open_remote_dataset.ts";
export { type RemoteCheck, RemoteError } from "./remote_error.ts";
export { RequestLimit } from "./request_limit.ts";

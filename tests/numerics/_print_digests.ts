/**
 * Prints what every kernel writes on the native device, and how many threads it has here.
 *
 * @module
 */
import { libraryPath, loadLibrary } from "../../tensor/native/library.ts";
import { digestsOn } from "./_digests.ts";
import { nativeTarget } from "./_native_target.ts";

const digests = await digestsOn(nativeTarget());
console.log(JSON.stringify({ numThreads: loadLibrary(libraryPath).num_threads(), digests }));

/**
 * In which order the items of a source come.
 * @module
 */

/**
 * "shuffled": a fixed order in which classes are mixed, by the SHA-256 of each file's path within the folder, so that a loader that
 * mixes a few neighbouring blocks makes fair batches; "sorted": as the files are found, class by class.
 */
export type ItemOrder = "shuffled" | "sorted";

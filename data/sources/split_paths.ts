/**
 * How the files of a data set are named.
 * @module
 */

/**
 * Paths of files or folders, all for the split "train"; or by split. Braces are spelled out: "train-{000..010}.tar", "{a,b}.csv". A
 * folder stands for the files of the format in it and in its folders.
 */
export type SplitPaths = string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;
